-- City participants outside an employment relation (BPU): by village, and by category of the offices' rosters.
with informal as (
    select
        worker_key,
        region_code
    from marts.fct_coverage_daily
    where as_of_date = %(night)s and is_city_participant and segment_code = 'BPU'
),

villages as (
    select
        'DESA' as part,
        region.district_name as margin,
        region.region_code as code,
        region.region_name as name,
        null::bigint as registered_workers,
        count(informal.worker_key) as informal_participants
    from marts.dim_region as region
    left join informal on region.region_code = informal.region_code
    where
        region.region_level = 'VILLAGE'
        and region.is_in_city
        and %(night)s between region.valid_from and coalesce(region.valid_to, 'infinity')
    group by region.district_name, region.region_code, region.region_name
),

categories as (
    select
        'KELOMPOK' as part,
        roster.agency_code as margin,
        roster.agency_code as code,
        roster.worker_category as name,
        count(distinct roster.worker_key) as registered_workers,
        count(distinct informal.worker_key) as informal_participants
    from marts.fct_roster as roster
    left join informal on roster.worker_key = informal.worker_key
    where roster.as_of_date = %(night)s
    group by roster.agency_code, roster.worker_category
)

select * from villages
union all
select * from categories
order by part, code, name
