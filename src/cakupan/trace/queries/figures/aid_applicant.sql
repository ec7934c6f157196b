-- The worker who applies for aid; the value is 1 where they are covered.
with accepted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'distan' and feed = 'permohonan_bantuan'
),

applicant as (
    select worker_key
    from warehouse.history_fct_aid_application
    where validation_id in (select accepted.validation_id from accepted) and application_no = %(application_no)s
)

select
    worker_key::text as who,
    is_active_participant::integer as value,
    delivery_id,
    sheet,
    row_number
from warehouse.history_fct_coverage_daily
where run_id = %(run)s and worker_key = (select applicant.worker_key from applicant)
