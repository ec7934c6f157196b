-- Contributions posted for the memberships that were a worker's on the night: the newest, how many, and their sum.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'iuran'
),

once_held as (
    select membership_key
    from warehouse.int_membership_owner
    where worker_key = %(worker)s
),

owner as (
    select distinct on (membership_key)
        membership_key,
        worker_key
    from warehouse.int_membership_owner
    where
        business_date <= %(as_of)s
        and coalesce(since_run_id, 0) <= %(run)s
        and coalesce(until_run_id, %(run)s + 1) > %(run)s
        and membership_key in (select once_held.membership_key from once_held)
    order by membership_key asc, business_date desc
)

select
    transaction_no,
    contribution_month,
    program_code,
    amount_idr,
    paid_on,
    funding_source_code,
    billing_code,
    delivery_id,
    sheet,
    row_number,
    count(*) over () as lines,
    sum(amount_idr) over () as total_idr
from warehouse.int_contribution
where
    validation_id in (select accepted.validation_id from accepted)
    and membership_key in (select owner.membership_key from owner where owner.worker_key = %(worker)s)
order by contribution_month desc, delivery_id asc, row_number asc
limit %(limit)s
