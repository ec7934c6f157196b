{#- One night of a published relation, the definition of a view in schema latest. Its columns are those of its YAML: the
    relation's own, and beside each month as text its first day. Without nights of its own, the relation shows the newest
    one already; of versions, the newest is shown. -#}
{% macro newest_night_of(published) -%}
    select
        {%- for column in model.columns %}
        {%- if column.endswith('month_on') %}
        to_date(published.{{ column[:-3] }}, 'YYYYMM') as {{ column }}
        {%- else %}
        published.{{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- else %}
        published.*
        {%- endfor %}
    from {{ published }} as published
    {%- if 'as_of_date' in model.columns %}
    where published.as_of_date = (select max(night.as_of_date) from {{ source('ledger', 'published') }} as night)
    {%- elif 'is_current' in model.columns %}
    where published.is_current
    {%- endif %}
{%- endmacro %}
