{#- Since when each unmapped code is told in the published nights before the one being built. -#}
{% macro codes_told_before() -%}
    select
        earlier.feed,
        earlier.column_name,
        earlier.code,
        min(earlier.since_on) as since_on
    {%- if is_incremental() %}
    from {{ this }} as earlier
    inner join {{ source('ledger', 'published') }} as published
        on earlier.run_id = published.run_id and published.as_of_date < {{ as_of_date() }}
    {%- else %}
    from (values (null::text, null::text, null::text, null::date)) as earlier (feed, column_name, code, since_on)
    {%- endif %}
    group by earlier.feed, earlier.column_name, earlier.code
{%- endmacro %}
