{{ config(indexes=[{'columns': ['run_id', 'agency_code', 'worker_category'], 'unique': true}]) }}

with registered as (
    select
        roster.agency_code,
        roster.worker_category,
        count(distinct roster.worker_key) as registered_workers,
        {{ known(
            'count(distinct roster.worker_key) filter (where coverage.is_active_participant)', 'bpjstk.kepesertaan'
        ) }} as active_participants
    from {{ tonight('stored_fct_roster') }} as roster
    inner join {{ tonight('stored_fct_coverage_daily') }} as coverage
        on
            roster.worker_key = coverage.worker_key
            and coverage.run_id = {{ run_id() }}
    where roster.run_id = {{ run_id() }}
    group by roster.agency_code, roster.worker_category
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    agency_code,
    worker_category,
    registered_workers,
    active_participants,
    registered_workers - active_participants as not_covered,
    {{ rate('active_participants', 'registered_workers') }} as coverage_rate
from registered
