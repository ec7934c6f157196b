-- Contributions posted under a billing code: the first, how many there are, and what they sum to.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'iuran'
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
where validation_id in (select accepted.validation_id from accepted) and billing_code = %(billing_code)s
order by delivery_id, row_number
limit %(limit)s
