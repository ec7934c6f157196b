{#- Statistics of a relation, from a third of the rows that PostgreSQL would look at: it is read a few times, and
    plans come out the same. -#}
{% macro analyze_sample(relation) -%}
    set local default_statistics_target = 30;
    analyze {{ relation }}
{%- endmacro %}
