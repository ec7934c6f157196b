-- The newest release of a construction project's contract; its value, or the contribution that is due of it.
with projects as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'pupr' and feed = 'proyek_konstruksi'
),

contracts as (
    select delivery_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'pbj' and feed = 'kontrak'
),

project as (
    select contract_no
    from warehouse.fct_construction_project
    where validation_id in (select projects.validation_id from projects) and project_id = %(project_id)s
),

contract as (
    select
        contract_value_idr,
        delivery_id,
        sheet,
        row_number
    from warehouse.stg_pbj_kontrak
    where
        delivery_id in (select contracts.delivery_id from contracts)
        and contract_no = (select project.contract_no from project)
    order by released_at desc, ocid desc
    limit 1
)

select
    null as who,
    case
        when %(figure)s = 'contract_value_idr' then contract.contract_value_idr
        when contract.contract_value_idr is not null then due.contribution_idr
    end as value,
    contract.delivery_id,
    contract.sheet,
    contract.row_number
from contract
cross join lateral (
    select
        round(
            sum(
                greatest(least(contract.contract_value_idr, tariff.up_to_idr) - tariff.above_idr, 0)
                * (tariff.jkk_rate + tariff.jkm_rate)
            )
        )::bigint as contribution_idr
    from reference.construction_tariff as tariff
    where %(as_of)s between tariff.valid_from and coalesce(tariff.valid_to, 'infinity')
) as due
