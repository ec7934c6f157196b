{{ config(indexes=[{'columns': ['run_id', 'sector_code'], 'unique': true}]) }}

with workforce as (
    {{ newest_year_by_sector('angkatan_kerja', 'bps', 'employed') }}
),

target as (
    {{ newest_year_by_sector('target', 'bpjstk', 'target_participants') }}
),

participant as (
    select
        coalesce(sector.workforce_sector_code, coverage.sector_code) as sector_code,
        count(*) as active_participants
    from {{ ref('fct_coverage_daily') }} as coverage
    left join {{ ref('sector') }} as sector
        on coverage.sector_code = sector.sector_code and {{ valid_on_night('sector') }}
    where
        coverage.run_id = {{ run_id() }}
        and coverage.is_city_participant
    group by 1
),

-- Every sector has a row, also where all figures are zero; an unknown code of the feeds keeps its own.
reported as (
    select workforce_sector_code as sector_code from {{ ref('sector') }} as sector where {{ valid_on_night('sector') }}
    union
    select sector_code from workforce
    union
    select sector_code from target
    union
    select sector_code from participant
),

sector_name as (
    select distinct on (workforce_sector_code)
        workforce_sector_code as sector_code,
        workforce_sector_name as sector_name
    from {{ ref('sector') }} as sector
    where {{ valid_on_night('sector') }}
    order by workforce_sector_code
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    reported.sector_code,
    sector_name.sector_name,
    coalesce(workforce.figure, 0) as workforce,
    coalesce(participant.active_participants, 0) as active_participants,
    {{ rate('coalesce(participant.active_participants, 0)', 'workforce.figure') }} as coverage_rate,
    coalesce(target.figure, 0) as target_participants,
    greatest(coalesce(target.figure, 0) - coalesce(participant.active_participants, 0), 0) as gap_to_target
from reported
left join sector_name using (sector_code)
left join workforce using (sector_code)
left join target using (sector_code)
left join participant using (sector_code)
