{#- Seeds are loaded anew by delete and insert in one transaction: truncating would lock out readers of the dimensions.
    A column that is new in the file is added. -#}
{% macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {%- if full_refresh -%}
        {{ return(default__reset_csv_table(model, full_refresh, old_relation, agate_table)) }}
    {%- endif -%}
    {%- set types = model.config.column_types -%}
    {%- set present = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | list -%}
    {%- set added = [] -%}
    {%- for column in agate_table.column_names if column not in present -%}
        {%- do added.append(
            'alter table ' ~ old_relation.render() ~ ' add column ' ~ adapter.quote(column) ~ ' ' ~ types.get(column, 'text')
        ) -%}
    {%- endfor -%}
    {%- if added -%}
        {%- do patiently(added, old_relation.include(database=false) | string) -%}
    {%- endif -%}
    {%- set sql = 'delete from ' ~ old_relation.render() -%}
    {%- do run_in_transaction(sql) -%}
    {{ return(sql) }}
{%- endmacro %}
