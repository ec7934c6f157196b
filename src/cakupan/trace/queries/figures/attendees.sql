-- Workers who attended a meeting: all of them, those who were participants before, or those whom it won. The last
-- meeting before a worker became a participant is the one that won them, if that was at most 90 days later.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'diskumdag' and feed = 'sosialisasi'
),

attended as (
    select
        worker_key,
        event_id,
        event_date,
        delivery_id,
        sheet,
        row_number
    from warehouse.history_fct_outreach_attendance
    where validation_id in (select accepted.validation_id from accepted)
),

judged as (
    select
        attended.worker_key,
        attended.delivery_id,
        attended.sheet,
        attended.row_number,
        coverage.first_active_from < attended.event_date as was_participant,
        coverage.first_active_from between attended.event_date and attended.event_date + 90
        and not exists (
            select 1
            from attended as later
            where
                later.worker_key = attended.worker_key
                and later.event_date <= coverage.first_active_from
                and (later.event_date, later.event_id) > (attended.event_date, attended.event_id)
        ) as was_won
    from attended
    left join warehouse.history_fct_coverage_daily as coverage
        on coverage.run_id = %(run)s and attended.worker_key = coverage.worker_key
    where attended.event_id = %(event_id)s
)

select
    worker_key::text as who,
    1 as value,
    delivery_id,
    sheet,
    row_number
from judged
where case %(figure)s when 'already_participants' then was_participant when 'converted' then was_won else true end
