-- Honorer, GTT, PTT, K2 and teachers of religion: by the office that lists them, and by who pays.
with educator as (
    select distinct
        roster.agency_code,
        roster.worker_category,
        roster.worker_key,
        coalesce(coverage.is_active_participant, false) as is_active,
        coverage.funding_source_code
    from marts.fct_roster as roster
    left join marts.fct_coverage_daily as coverage
        on roster.worker_key = coverage.worker_key and coverage.as_of_date = %(night)s
    where
        roster.as_of_date = %(night)s
        and roster.worker_category in ('HONORER', 'GTT', 'PTT', 'K2', 'GURU AGAMA')
),

categories as (
    select
        'KATEGORI' as part,
        agency_code as code,
        worker_category as name,
        count(*) as registered_workers,
        count(*) filter (where is_active) as active_participants,
        count(*) filter (where not is_active) as not_covered
    from educator
    group by agency_code, worker_category
),

payers as (
    select
        'PEMBAYAR' as part,
        educator.funding_source_code as code,
        source.funding_source_name as name,
        null::bigint as registered_workers,
        count(distinct educator.worker_key) as active_participants,
        null::bigint as not_covered
    from educator
    left join marts.dim_funding_source as source
        on
            educator.funding_source_code = source.funding_source_code
            and %(night)s between source.valid_from and coalesce(source.valid_to, 'infinity')
    where educator.is_active
    group by educator.funding_source_code, source.funding_source_name
)

select * from categories
union all
select * from payers
order by part, code, name
