-- Payment orders of a budget line.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'sipd' and feed = 'sp2d'
)

select
    null as who,
    amount_idr as value,
    delivery_id,
    sheet,
    row_number
from warehouse.fct_disbursement
where
    validation_id in (select accepted.validation_id from accepted)
    and budget_source = 'DBHCHT'
    and extract(year from sp2d_date) = %(fiscal_year)s::integer
    and skpd_code = %(skpd_code)s
    and sub_activity_code = %(sub_activity_code)s
    and account_code = %(account_code)s
