{{ config(indexes=[{'columns': ['run_id', 'region_code'], 'unique': true}]) }}

with participant as (
    select
        region_code,
        count(*) as active_participants,
        count(*) filter (where funding_source_code = 'DBHCHT') as by_dbhcht
    from {{ tonight('stored_fct_coverage_daily') }}
    where
        run_id = {{ run_id() }}
        and is_city_participant
    group by region_code
),

-- Every village has a row, also where nobody is covered.
village as (
    select region_code
    from {{ ref('region') }} as region
    where
        region_level = 'VILLAGE'
        and {{ valid_on_night('region') }}
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    region_code,
    {{ known('coalesce(participant.active_participants, 0)', 'bpjstk.kepesertaan') }} as active_participants,
    {{ known('coalesce(participant.by_dbhcht, 0)', 'bpjstk.kepesertaan') }} as by_dbhcht
from village
full join participant using (region_code)
