-- What an agency pledged.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'perekonomian' and feed = 'rencana_kerja'
)

select
    null as who,
    target as value,
    delivery_id,
    sheet,
    row_number
from warehouse.fct_commitment
where
    validation_id in (select accepted.validation_id from accepted)
    and agency_code = %(agency_code)s
    and commitment = %(commitment)s
