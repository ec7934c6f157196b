{#- Columns that a relation with history has gained since it was made. The catalog that dbt reads calls every array just
    ARRAY, which is no type; all of ours hold text. Committed at once, so that readers need not wait until the rows are in;
    but a log that is appended to may have been cut back just now, and readers must not see that. -#}
{% macro postgres__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- set statements = [] -%}
    {%- for column in add_columns or [] -%}
        {%- set kind = 'text[]' if column.data_type == 'ARRAY' else column.data_type -%}
        {%- do statements.append('alter table ' ~ relation ~ ' add column ' ~ column.quoted ~ ' ' ~ kind) -%}
    {%- endfor -%}
    {%- if statements -%}
        {%- do patiently(statements, relation.include(database=false) | string) -%}
        {%- if config.get('incremental_strategy') != 'append' -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
