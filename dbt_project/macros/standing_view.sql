{#- A view that stands: made when it is missing, otherwise touched as little as can be, because a reader may hold it and
    others may have built views on it.
    - Its comment carries a mark of the definition it was made from: the same mark, nothing to do but comments.
    - A new definition that only adds columns replaces the view in place, new columns at the end.
    - Any other drops it, which is refused by name where views of others read it. What shows one night of it in schema
      latest goes with it and is made anew by its own model, later in the night.
    Comments take no lock that a reader holds; everything else is done patiently (src/cakupan/database/repeatable/ddl.sql). -#}
{% materialization standing_view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- set made = ensure_view(target_relation, sql if model.fqn[1] == 'staging' else as_asked(sql)) -%}
    {%- call noop_statement('main', 'MADE' if made else 'STANDS') -%}{%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- if made -%}
        {{ adapter.commit() }}
    {%- endif -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Returns whether anything was changed, in the model's transaction. -#}
{% macro ensure_view(view, sql) -%}
    {%- set mark = 'definition ' ~ local_md5(sql) -%}
    {%- set name = view.include(database=false) | string -%}
    {%- set known = run_query("select obj_description(to_regclass('" ~ name ~ "'), 'pg_class')").rows[0][0] or '' -%}
    {%- set changed = [] -%}
    {%- if not known.endswith(mark) -%}
        {%- if not run_query("select has_schema_privilege('" ~ view.schema ~ "', 'create')").rows[0][0] -%}
            {%- do exceptions.warn(view ~ ' is not made: no right to create in schema ' ~ view.schema) -%}
            {{ return(false) }}
        {%- endif -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        {%- if run_query("select to_regclass('" ~ name ~ "') is null").rows[0][0] -%}
            {%- do run_in_transaction('create view ' ~ view ~ options_of_view() ~ ' as\n' ~ sql) -%}
            {#- Accepted rows of persons show an auditor nothing; new relations of the schema otherwise do. -#}
            {%- if model.fqn[1] == 'staging' and stages_persons() -%}
                {%- do run_in_transaction('revoke select on ' ~ view ~ ' from cakupan_auditor') -%}
            {%- endif -%}
            {%- do apply_grants(view, config.get('grants'), should_revoke=false) -%}
        {%- else -%}
            {%- do redefine_view(view, name, sql) -%}
        {%- endif -%}
        {%- do changed.append(true) -%}
    {%- endif -%}
    {%- set comments = comments_that_differ(view, name, told_of_view(view) ~ '\n' ~ mark) -%}
    {%- if comments -%}
        {%- do patiently(comments, name) -%}
        {%- do changed.append(true) -%}
    {%- endif -%}
    {{ return(changed | length > 0) }}
{%- endmacro %}

{#- Whether the rows that a staging model reads are of persons. -#}
{% macro stages_persons() -%}
    {%- for key in model.depends_on.nodes if key in graph.sources and graph.sources[key].config.meta.persons -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- What the view is to be is made beside it first, as a temporary view that nobody reads, and compared. -#}
{% macro redefine_view(view, name, sql) -%}
    {%- set temporary = 'wanted_' ~ local_md5(name)[:12] -%}
    {%- set trial = 'pg_temp.' ~ temporary -%}
    {%- do run_in_transaction('create temporary view ' ~ temporary ~ ' as\n' ~ sql) -%}
    {%- set present = columns_of_view(name) -%}
    {%- set wanted = columns_of_view(trial) -%}
    {%- set lost = [] -%}
    {%- for column, kind in present.items() if wanted.get(column) != kind -%}
        {%- do lost.append(column) -%}
    {%- endfor -%}
    {%- if lost -%}
        {%- do refuse_where_others_read(name, 'column ' ~ lost | join(', ') ~ ' is to go or to change its type') -%}
        {%- set rights = run_query(rights_on_view(name)).columns[0].values() | list -%}
        {%- set drops = ['drop view if exists ' ~ one_night_of(name), 'drop view ' ~ view] -%}
        {%- do patiently(drops + ['create view ' ~ view ~ options_of_view() ~ ' as\n' ~ sql] + rights, name) -%}
        {%- do apply_grants(view, config.get('grants'), should_revoke=false) -%}
    {%- else -%}
        {%- set order = (present.keys() | list) + (wanted.keys() | reject('in', present) | list) -%}
        {%- if order == wanted.keys() | list -%}
            {%- set ordered = sql -%}
        {%- else -%}
            {%- set ordered = 'select ' ~ order | map('tojson') | join(', ') ~ '\nfrom (\n' ~ sql ~ '\n) as ordered' -%}
            {%- do run_in_transaction('drop view ' ~ temporary) -%}
            {%- do run_in_transaction('create temporary view ' ~ temporary ~ ' as\n' ~ ordered) -%}
        {%- endif -%}
        {%- set same = "select pg_get_viewdef('" ~ name ~ "'::regclass) = pg_get_viewdef('" ~ trial ~ "'::regclass)" -%}
        {%- if not run_query(same).rows[0][0] -%}
            {%- do patiently(['create or replace view ' ~ view ~ options_of_view() ~ ' as\n' ~ ordered], name) -%}
        {%- endif -%}
    {%- endif -%}
    {%- do run_in_transaction('drop view ' ~ temporary) -%}
{%- endmacro %}

{#- Of a view that shows each reader other rows: what else is asked of it is computed over those alone. -#}
{% macro options_of_view() -%}
    {{ return(' with (security_barrier = true)' if config.get('meta', {}).get('security_barrier') else '') }}
{%- endmacro %}

{#- The names and types of a view's columns, in order. -#}
{% macro columns_of_view(name) -%}
    {%- set found = {} -%}
    {%- set query -%}
        select a.attname, format_type(a.atttypid, a.atttypmod) || coalesce(' ' || nullif(a.attcollation, 0), '')
        from pg_attribute as a
        where a.attrelid = '{{ name }}'::regclass and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    {%- endset -%}
    {%- for row in run_query(query).rows -%}
        {%- do found.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Stops the build with one line, before anything is touched, where views of whomever read the relation. -#}
{% macro refuse_where_others_read(name, why) -%}
    {%- set readers = run_query(
        "select view_name || ' of ' || owner from ledger.dependants('" ~ name ~ "')"
        ~ " where view_name <> '" ~ one_night_of(name) ~ "'"
    ) -%}
    {%- set told = readers.columns[0].values() | join(', ') -%}
    {%- if told -%}
        {%- do exceptions.raise_compiler_error(
            name ~ ' cannot be made anew (' ~ why ~ ') while these views read it: ' ~ told
            ~ '. Nothing was changed. Have their owners drop them, run the night again, and let them make them anew'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The view that shows one night of a view of schema marts. -#}
{% macro one_night_of(name) -%}
    {{ return('latest.' ~ name.split('.')[-1] | replace('"', '')) }}
{%- endmacro %}

{#- Grants on the view that others than its owner hold, as statements, because dropping it takes them away. -#}
{% macro rights_on_view(name) -%}
    select format('grant %s on %s to %s', lower(g.privilege_type), '{{ name }}', coalesce(quote_ident(r.rolname), 'public'))
    from pg_class as c, aclexplode(c.relacl) as g
    left join pg_roles as r on r.oid = g.grantee
    where c.oid = '{{ name }}'::regclass and g.grantee <> c.relowner and g.privilege_type <> 'MAINTAIN'
{%- endmacro %}

{#- What the comment on the view says before the mark of its definition; of every night, also where one night is. -#}
{% macro told_of_view(view) -%}
    {%- set said = in_both_languages(model.description) -%}
    {%- if view.schema == 'marts' and 'as_of_date' in model.columns -%}
        {%- set one = one_night_of(view.identifier) -%}
        {%- set said = said ~ '\nSemua malam terbit; satu malam saja: ' ~ one ~ '.'
            ~ '\nEvery published night; one night alone: ' ~ one ~ '.' -%}
    {%- endif -%}
    {{ return(said) }}
{%- endmacro %}

{#- A description is written `English | Indonesian`; a comment gives Indonesian first, each language its own line. -#}
{% macro in_both_languages(description) -%}
    {{ return(description.split(' | ') | map('trim') | reverse | join('\n')) }}
{%- endmacro %}

{#- Where a column of what readers query is looked up, by the exposure that says so; nothing at that place itself. -#}
{% macro told_of_join(view, column) -%}
    {%- set meta = graph.exposures['exposure.' ~ project_name ~ '.bi_schema'].config.meta -%}
    {%- set place = meta.joins.get(column) or meta.left_joins.get(column) -%}
    {%- if view.schema not in ('marts', 'latest') or not place or place == view.identifier ~ '.' ~ column -%}
        {{ return('') }}
    {%- endif -%}
    {{ return('\n' ~ ('Left join ' if column in meta.left_joins else 'Join ') ~ view.schema ~ '.' ~ place) }}
{%- endmacro %}

{#- Statements for the comments on the view and its columns that are not yet as the project says. -#}
{% macro comments_that_differ(view, name, description) -%}
    {%- set query -%}
        select '' as attname, obj_description('{{ name }}'::regclass, 'pg_class') as told
        union all
        select a.attname, col_description(a.attrelid, a.attnum)
        from pg_attribute as a
        where a.attrelid = '{{ name }}'::regclass and a.attnum > 0 and not a.attisdropped
    {%- endset -%}
    {%- set statements = [] -%}
    {%- for attribute, told in run_query(query).rows -%}
        {%- if not attribute -%}
            {%- if told != description -%}
                {%- do statements.append('comment on view ' ~ view ~ ' is ' ~ sql_text(description)) -%}
            {%- endif -%}
        {%- elif attribute in model.columns -%}
            {%- set says = in_both_languages(model.columns[attribute].description) ~ told_of_join(view, attribute) -%}
            {%- if says not in ('', told) -%}
                {%- do statements.append(
                    'comment on column ' ~ view ~ '.' ~ adapter.quote(attribute) ~ ' is ' ~ sql_text(says)
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
