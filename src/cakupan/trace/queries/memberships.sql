-- Memberships in force of the workers.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'kepesertaan'
)

select
    worker_key,
    status,
    segment_code,
    funding_source_code,
    active_from,
    inactive_from,
    region_code,
    delivery_id,
    sheet,
    row_number
from warehouse.history_fct_membership
where validation_id in (select accepted.validation_id from accepted) and worker_key = any(%(workers)s)
order by worker_key, precedence
