{#- Seeds are loaded anew by delete and insert in one transaction: truncating would lock out readers of the dimensions. -#}
{% macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {%- if full_refresh -%}
        {{ return(default__reset_csv_table(model, full_refresh, old_relation, agate_table)) }}
    {%- endif -%}
    {%- set sql = 'delete from ' ~ old_relation.render() -%}
    {%- do in_transaction(sql) -%}
    {{ return(sql) }}
{%- endmacro %}
