-- Workers named in construction registrations that run on the night.
with accepted as (
    select delivery_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'jakon'
)

select
    null as who,
    workers as value,
    delivery_id,
    sheet,
    row_number
from warehouse.stg_bpjstk_jakon
where delivery_id in (select accepted.delivery_id from accepted) and %(as_of)s between starts_on and ends_on
