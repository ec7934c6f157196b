-- An aid application by its value.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'distan' and feed = 'permohonan_bantuan'
)

select
    null as who,
    value_idr as value,
    delivery_id,
    sheet,
    row_number
from warehouse.history_fct_aid_application
where validation_id in (select accepted.validation_id from accepted) and application_no = %(application_no)s
