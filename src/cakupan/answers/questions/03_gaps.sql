-- The largest gaps in persons: of sectors against their targets, of villages against the offices' rosters.
with sectors as (
    select
        'LAPANGAN USAHA' as part,
        sector_code as code,
        sector_name as name,
        active_participants,
        target_participants as persons_aimed_at,
        gap_to_target as persons_missing
    from marts.coverage_by_sector
    where as_of_date = %(night)s
),

-- A worker on several rosters is one person, of the village that the first of them names.
listed as (
    select distinct on (worker_key)
        worker_key,
        region_code
    from marts.fct_roster
    where as_of_date = %(night)s
    order by worker_key, region_code
),

active as (
    select worker_key
    from marts.fct_coverage_daily
    where as_of_date = %(night)s and is_active_participant
),

villages as (
    select
        'DESA' as part,
        region.region_code as code,
        region.region_name as name,
        count(active.worker_key) as active_participants,
        count(*) as persons_aimed_at,
        count(*) - count(active.worker_key) as persons_missing
    from listed
    inner join marts.dim_region as region on listed.region_code = region.region_code and region.is_in_city
    left join active on listed.worker_key = active.worker_key
    where region.region_level = 'VILLAGE'
    group by region.region_code, region.region_name
),

both_parts as (
    select * from sectors
    union all
    select * from villages
)

select
    part,
    code,
    name,
    active_participants,
    persons_aimed_at,
    persons_missing,
    persons_missing * 12 * %(monthly_idr)s as yearly_cost_idr
from both_parts
order by part desc, persons_missing desc nulls last, code asc
