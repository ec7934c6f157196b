-- Contributions posted under the billing codes of a budget line's payment orders.
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
        and extract(year from sp2d_date) = %(fiscal_year)s::integer
        and skpd_code = %(skpd_code)s
        and sub_activity_code = %(sub_activity_code)s
        and account_code = %(account_code)s
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
