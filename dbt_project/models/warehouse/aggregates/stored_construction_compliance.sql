{{ config(indexes=[{'columns': ['run_id', 'project_id'], 'unique': true}]) }}

with contract as (
    select distinct on (contract_no)
        contract_no,
        contract_value_idr,
        buyer_skpd_code
    from {{ ref('kontrak') }}
    where delivery_id in ({{ deliveries_in_force('pbj', 'kontrak') }})
    order by contract_no asc, released_at desc, ocid desc
),

-- Each slice of the contract value has its own rate.
due as (
    select
        contract.contract_no,
        round(sum(
            greatest(least(contract.contract_value_idr, slice.up_to_idr) - slice.above_idr, 0)
            * (slice.jkk_rate + slice.jkm_rate)
        ))::bigint as contribution_due_idr
    from contract
    cross join {{ ref('construction_tariff') }} as slice
    where {{ valid_on_night('slice') }}
    group by contract.contract_no
),

registration as (
    select
        contract_no,
        min(registered_on) as registered_on,
        sum(contribution_paid_idr)::bigint as contribution_paid_idr
    from {{ ref('jakon') }}
    where delivery_id in ({{ deliveries_in_force('bpjstk', 'jakon') }})
    group by contract_no
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    project.project_id,
    project.contract_no,
    contract.contract_value_idr,
    contract.buyer_skpd_code as owner_agency,
    project.letter_no,
    project.letter_date,
    registration.registered_on,
    due.contribution_due_idr,
    {{ known('coalesce(registration.contribution_paid_idr, 0)', 'bpjstk.jakon') }} as contribution_paid_idr,
    case
        -- Whether a contract is registered is unknown while no list of registrations was ever accepted.
        when not {{ is_delivered('bpjstk', 'jakon') }} then null
        when registration.contract_no is null then 'NOT_REGISTERED'
        when project.letter_date is null then 'NO_LETTER'
        when registration.registered_on < project.letter_date then 'REGISTERED_BEFORE_LETTER'
        when registration.contribution_paid_idr < due.contribution_due_idr then 'UNDERPAID'
        else 'COMPLIANT'
    end as status
from {{ ref('stored_fct_construction_project') }} as project
left join contract on project.contract_no = contract.contract_no
left join due on project.contract_no = due.contract_no
left join registration on project.contract_no = registration.contract_no
where project.validation_id in ({{ in_force('pupr', 'proyek_konstruksi') }})
