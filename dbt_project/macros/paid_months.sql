{#- The newest month of each membership for which JKK was paid, perhaps none; `memberships` is a CTE with one row for each.
    Asked of each by the index of paid months, in the tenth year as fast as on the first night; Citus cannot ask so. -#}
{% macro last_paid_months(memberships) -%}
    {%- set in_force = in_force('bpjstk', 'iuran') -%}
    {%- if on_citus() -%}
    select
        line.membership_key,
        max(line.contribution_month) as contribution_month
    from {{ ref('int_contribution') }} as line
    where
        line.validation_id in ({{ in_force }})
        and line.program_code = 'JKK'
        and line.membership_key in (select membership_key from {{ memberships }})
    group by line.membership_key
    {%- else -%}
    select
        asked.membership_key,
        (
            select max(line.contribution_month)
            from {{ ref('int_contribution') }} as line
            where
                line.membership_key = asked.membership_key
                and line.validation_id in ({{ in_force }})
                and line.program_code = 'JKK'
        ) as contribution_month
    from {{ memberships }} as asked
    {%- endif %}
{%- endmacro %}
