{#- Disclosure control, the one place that says which counts of persons are too small to be shown: schema `open` is made by
    it, and pages for heads of office show no other counts of persons. First version:
    - a count under the threshold is hidden (5; 10 where the persons are disabled), 0 as well: that none of eight is
      covered says it of each of them;
    - so that no subtraction from a total gives it away, the smallest other cell of the same margin is hidden with it;
    - rates, gaps and rupiah that would tell the count are hidden with it.
    What is hidden is empty, and `<name>_hidden` says that it is; an empty figure that is not hidden was never counted.

    `cells` is a relation or CTE, `key` its columns that are always shown. A group hides its columns `hides` together:
    where one of `small` is under the threshold `least`, and where it is the smallest by `small[0]` in a `margin` with
    such a one. The same cells are hidden however often it is computed. -#}
{% macro small_cells_hidden(cells, key, groups) -%}
judged as (
    select
        {%- for column in key %}
        {{ column }},
        {%- endfor %}
        {%- for group in groups %}
        {%- for column in group.hides %}
        {{ column }},
        {%- endfor %}
        coalesce(least({{ group.small | join(', ') }}) < {{ group.least | default(smallest_shown()) }}, false)
            as {{ group.hides[0] }}_small{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ cells }}
),

placed as (
    select
        {%- for column in key %}
        {{ column }},
        {%- endfor %}
        {%- for group in groups %}
        {%- set name = group.hides[0] %}
        {%- set margin = group.margin | default(['as_of_date']) | join(', ') %}
        {%- for column in group.hides %}
        {{ column }},
        {%- endfor %}
        {{ name }}_small or (
            bool_or({{ name }}_small) over (partition by {{ margin }})
            and {{ name }} is not null
            and row_number() over (
                partition by {{ margin }}, {{ name }}_small
                order by {{ name }} nulls last, {{ key | join(', ') }}
            ) = 1
        ) as {{ name }}_hidden{{ ',' if not loop.last }}
        {%- endfor %}
    from judged
)

select
    {%- for column in key %}
    {{ column }},
    {%- endfor %}
    {%- for group in groups %}
    {%- set name = group.hides[0] %}
    {%- for column in group.hides %}
    case when not {{ name }}_hidden then {{ column }} end as {{ column }},
    {%- endfor %}
    {{ name }}_hidden{{ ',' if not loop.last }}
    {%- endfor %}
from placed
{%- endmacro %}

{#- The smallest count of persons that is shown, of a worker category where one is named. -#}
{% macro smallest_shown(worker_category=none) -%}
    {%- if worker_category -%}
        case when {{ worker_category }} like '%DISABILITAS%' then 10 else 5 end
    {%- else -%}
        5
    {%- endif -%}
{%- endmacro %}
