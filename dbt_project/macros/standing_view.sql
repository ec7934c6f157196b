{#- A view that stands: made when it is missing or its definition has changed, otherwise not touched, because a reader may
    hold it. The comment on the view carries the description and a mark of the definition it was made from. -#}
{% materialization standing_view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {%- set made = ensure_view(target_relation, sql) -%}
    {%- call noop_statement('main', 'MADE' if made else 'STANDS') -%}{%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- if made -%}
        {{ adapter.commit() }}
    {%- endif -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro ensure_view(view, sql) -%}
    {%- set mark = 'definition ' ~ local_md5(sql ~ model.description ~ (model.columns | tojson)) -%}
    {%- set known = run_query(
        "select obj_description(to_regclass('" ~ view.include(database=false) ~ "'), 'pg_class')"
    ).rows[0][0] or '' -%}
    {%- if known.endswith(mark) -%}{{ return(false) }}{%- endif -%}
    {%- if not run_query("select has_schema_privilege('" ~ view.schema ~ "', 'create')").rows[0][0] -%}
        {%- do exceptions.warn(view ~ ' is not made: no right to create in schema ' ~ view.schema) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- do in_transaction('drop view if exists ' ~ view) -%}
    {%- do in_transaction('create view ' ~ view ~ ' as\n' ~ sql) -%}
    {%- do in_transaction('comment on view ' ~ view ~ ' is ' ~ sql_text(model.description ~ '\n' ~ mark)) -%}
    {%- set present = adapter.get_columns_in_relation(view) | map(attribute='name') | list -%}
    {%- for column in model.columns.values() if column.name in present and column.description -%}
        {%- do in_transaction(
            'comment on column ' ~ view ~ '.' ~ adapter.quote(column.name) ~ ' is ' ~ sql_text(column.description)
        ) -%}
    {%- endfor -%}
    {%- if view.schema == 'marts' -%}
        {%- do in_transaction('grant select on ' ~ view ~ ' to cakupan_bi, cakupan_auditor') -%}
    {%- elif view.schema == 'identity' -%}
        {%- do in_transaction('grant select on ' ~ view ~ ' to cakupan_auditor') -%}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{% macro sql_text(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}

{#- A statement in the model's transaction, which it opens if need be. -#}
{% macro in_transaction(sql) -%}
    {%- call statement(auto_begin=true) -%}
        {{ sql }}
    {%- endcall -%}
{%- endmacro %}
