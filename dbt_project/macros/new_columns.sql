{#- Columns that a relation with history has gained since it was made. The catalog that dbt reads calls every array just
    ARRAY, which is no type; all of ours hold text. -#}
{% macro postgres__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- for column in add_columns or [] -%}
        {%- set kind = 'text[]' if column.data_type == 'ARRAY' else column.data_type -%}
        {%- do run_query('alter table ' ~ relation ~ ' add column ' ~ column.quoted ~ ' ' ~ kind) -%}
    {%- endfor -%}
{%- endmacro %}
