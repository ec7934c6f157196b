{#- One figure of a yearly feed in force: of the newest year not after the night's. No row when there is no such year. -#}
{% macro newest_year(feed, agency, figure, note="null::text") -%}
    select
        year,
        {{ figure }} as figure,
        {{ note }} as note
    from {{ ref(feed) }}
    where
        delivery_id in ({{ deliveries_in_force(agency, feed) }})
        and year <= {{ as_of_year() }}
    group by year
    order by year desc
    limit 1
{%- endmacro %}

{#- A yearly feed by reporting sector: the workforce table counts some KBLI sections under another one. -#}
{% macro newest_year_by_sector(feed, agency, figure) -%}
    select
        coalesce(sector.workforce_sector_code, yearly.sector_code) as sector_code,
        sum(yearly.{{ figure }})::bigint as figure
    from {{ ref(feed) }} as yearly
    left join {{ ref('sector') }} as sector
        on yearly.sector_code = sector.sector_code and {{ valid_on_night('sector') }}
    where
        yearly.delivery_id in ({{ deliveries_in_force(agency, feed) }})
        and yearly.year = (
            select max(known.year)
            from {{ ref(feed) }} as known
            where
                known.delivery_id in ({{ deliveries_in_force(agency, feed) }})
                and known.year <= {{ as_of_year() }}
        )
    group by 1
{%- endmacro %}

{#- Whether a row of reference data is valid on the night; valid_to is the last valid day. -#}
{% macro valid_on_night(relation) -%}
    ({{ as_of_date() }} between {{ relation }}.valid_from and coalesce({{ relation }}.valid_to, 'infinity'))
{%- endmacro %}
