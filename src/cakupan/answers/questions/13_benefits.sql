-- Contributions that public money paid this year; of benefits only what was published of a single death.
with premiums as (
    select
        'IURAN' as part,
        coverage.funding_source_code as code,
        source.funding_source_name as name,
        coverage.active_participants,
        coverage.contributions_ytd_idr,
        null::bigint as benefits_ytd_idr,
        null::numeric as published_value,
        null as published_for,
        null as source
    from marts.coverage_by_funding_source as coverage
    inner join marts.dim_funding_source as source
        on
            coverage.funding_source_code = source.funding_source_code
            and %(night)s between source.valid_from and coalesce(source.valid_to, 'infinity')
    where coverage.as_of_date = %(night)s and source.is_public_money
),

published as (
    select
        'SANTUNAN TERBIT' as part,
        figure_code as code,
        place as name,
        null::bigint as active_participants,
        null::bigint as contributions_ytd_idr,
        null::bigint as benefits_ytd_idr,
        value as published_value,
        stated_for as published_for,
        source_address as source
    from reference.published_figure
    where figure_code = 'BENEFIT_PER_DEATH_IDR'
)

select * from premiums
union all
select * from published
order by part, code
