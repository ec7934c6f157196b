-- Contributions of the night's year that a source paid.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'iuran'
)

select
    null as who,
    amount_idr as value,
    delivery_id,
    sheet,
    row_number
from warehouse.int_contribution
where
    validation_id in (select accepted.validation_id from accepted)
    and funding_source_code = %(funding_source_code)s
    and paid_on <= %(as_of)s
    and left(contribution_month, 4) = to_char(%(as_of)s::date, 'YYYY')
