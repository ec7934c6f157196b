{#- Changes of relations that somebody may be reading: done through ledger.patiently, which never holds up a reader for
    long and names who holds the relation when it gives up. -#}
{% macro patiently(statements, name) -%}
    {%- do run_in_transaction('select ' ~ patient_call(statements, name)) -%}
{%- endmacro %}

{% macro patient_call(statements, name) -%}
    {%- set quoted = [] -%}
    {%- for each in statements -%}
        {%- do quoted.append(sql_text(each) | trim) -%}
    {%- endfor -%}
    ledger.patiently(array[{{ quoted | join(', ') }}], array[{{ sql_text(name) | trim }}])
{%- endmacro %}

{% macro sql_text(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}

{#- A statement in the model's transaction, which it opens if need be. (dbt itself has a macro in_transaction.) -#}
{% macro run_in_transaction(sql) -%}
    {%- call statement(auto_begin=true) -%}
        {{ sql }}
    {%- endcall -%}
{%- endmacro %}

{#- A table that is made anew takes the place of the one before by its name: here patiently. -#}
{% macro postgres__rename_relation(from_relation, to_relation) -%}
    {%- set target = adapter.quote_as_configured(to_relation.identifier, 'identifier') -%}
    {%- do patiently(
        ['alter table ' ~ from_relation ~ ' rename to ' ~ target], from_relation.include(database=false) | string
    ) -%}
{%- endmacro %}

{% macro postgres__drop_table(relation) -%}
    select {{ patient_call(['drop table if exists ' ~ relation], relation.include(database=false) | string) }}
{%- endmacro %}

{#- Pre-hook of tables that are made anew each night: a view on one would go down with it. -#}
{% macro refuse_dependants() -%}
    {%- if execute and model.config.materialized == 'table' -%}
        {%- do refuse_where_others_read(this.include(database=false) | string, 'it is made anew each night') -%}
    {%- endif -%}
{%- endmacro %}
