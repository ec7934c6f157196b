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
    from {{ tonight('stored_fct_coverage_daily') }} as coverage
    left join {{ ref('sector') }} as sector
        on coverage.sector_code = sector.sector_code and {{ valid_on_night('sector') }}
    where
        coverage.run_id = {{ run_id() }}
        and coverage.is_city_participant
    group by 1
),

-- Every sector has a row, also where all figures are zero or unknown; an unknown code of the feeds keeps its own.
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
),

-- A sector that the newest year does not name has no figure; nobody said 0.
figure as (
    select
        reported.sector_code,
        workforce.figure as workforce,
        {{ known('coalesce(participant.active_participants, 0)', 'bpjstk.kepesertaan') }} as active_participants,
        target.figure as target_participants
    from reported
    left join workforce using (sector_code)
    left join target using (sector_code)
    left join participant using (sector_code)
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    figure.sector_code,
    sector_name.sector_name,
    figure.workforce,
    figure.active_participants,
    {{ rate('figure.active_participants', 'figure.workforce') }} as coverage_rate,
    figure.target_participants,
    {{ gap('figure.target_participants', 'figure.active_participants') }} as gap_to_target
from figure
left join sector_name using (sector_code)
