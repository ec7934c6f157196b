-- Contributions posted under a payment order's billing code.
with orders as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'sipd' and feed = 'sp2d'
),

posted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'iuran'
),

billing as (
    select billing_code
    from warehouse.fct_disbursement
    where
        validation_id in (select orders.validation_id from orders)
        and budget_source = 'DBHCHT'
        and sp2d_no = %(sp2d_no)s
)

select
    null as who,
    amount_idr as value,
    delivery_id,
    sheet,
    row_number
from warehouse.int_contribution
where
    validation_id in (select posted.validation_id from posted)
    and billing_code in (select billing.billing_code from billing)
