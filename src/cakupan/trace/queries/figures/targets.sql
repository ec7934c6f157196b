-- The newest targets of all sectors.
with accepted as (
    select delivery_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'target'
),

newest as (
    select max(year) as year
    from warehouse.stg_bpjstk_target
    where
        delivery_id in (select accepted.delivery_id from accepted)
        and year <= extract(year from %(as_of)s::date)
)

select
    null as who,
    yearly.target_participants as value,
    yearly.delivery_id,
    yearly.sheet,
    yearly.row_number
from warehouse.stg_bpjstk_target as yearly
inner join newest on yearly.year = newest.year
where yearly.delivery_id in (select accepted.delivery_id from accepted)
