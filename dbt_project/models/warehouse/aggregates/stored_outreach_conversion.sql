{{ config(indexes=[{'columns': ['run_id', 'event_id'], 'unique': true}]) }}

with attendance as (
    select distinct
        attended.event_id,
        attended.event_date,
        attended.worker_key,
        coverage.first_active_from
    from {{ tonight('stored_fct_outreach_attendance') }} as attended
    left join {{ tonight('stored_fct_coverage_daily') }} as coverage
        on
            attended.worker_key = coverage.worker_key
            and coverage.run_id = {{ run_id() }}
    where attended.validation_id in ({{ in_force('diskumdag', 'sosialisasi') }})
),

-- A worker who became a participant is credited once: to the last meeting before or on that day.
credited as (
    select distinct on (worker_key)
        worker_key,
        event_id,
        first_active_from <= event_date + 90 as is_converted
    from attendance
    where event_date <= first_active_from
    order by worker_key asc, event_date desc, event_id desc
),

event as (
    select
        event_id,
        min(event_date) as event_date,
        min(place) as place
    from {{ tonight('stored_fct_outreach_attendance') }}
    where validation_id in ({{ in_force('diskumdag', 'sosialisasi') }})
    group by event_id
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    event.event_id,
    event.event_date,
    event.place,
    count(distinct attendance.worker_key) as attendees,
    {{ known(
        'count(distinct attendance.worker_key) filter (where attendance.first_active_from < attendance.event_date)',
        'bpjstk.kepesertaan'
    ) }} as already_participants,
    {{ known(
        'count(distinct credited.worker_key) filter (where credited.is_converted)', 'bpjstk.kepesertaan'
    ) }} as converted
from event
inner join attendance using (event_id)
left join credited
    on
        attendance.event_id = credited.event_id
        and attendance.worker_key = credited.worker_key
group by event.event_id, event.event_date, event.place
