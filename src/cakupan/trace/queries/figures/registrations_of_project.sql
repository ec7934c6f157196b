-- Registrations of a construction project's contract: what was paid, and on which day it was registered.
with projects as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'pupr' and feed = 'proyek_konstruksi'
),

registrations as (
    select delivery_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'jakon'
),

project as (
    select contract_no
    from warehouse.fct_construction_project
    where validation_id in (select projects.validation_id from projects) and project_id = %(project_id)s
)

select
    registered_on::text as who,
    contribution_paid_idr as value,
    delivery_id,
    sheet,
    row_number
from warehouse.stg_bpjstk_jakon
where
    delivery_id in (select registrations.delivery_id from registrations)
    and contract_no = (select project.contract_no from project)
