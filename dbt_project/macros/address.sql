{#- The columns by which every staged row is found again among the landed ones, and its validation and date. -#}
{% macro address(relation) -%}
    {{ relation }}.validation_id,
    {{ relation }}.delivery_id,
    {{ relation }}.sheet,
    {{ relation }}.row_number,
    {{ relation }}.business_date
{%- endmacro %}

{#- The same address as one word, for rows that rest on several landed rows: delivery:sheet:row. -#}
{% macro address_word(relation) -%}
    {{ relation }}.delivery_id || ':' || {{ relation }}.sheet || ':' || {{ relation }}.row_number
{%- endmacro %}
