{{ config(schema='identity', alias='unresolved_participant', grants={'select': ['cakupan_loader']}) }}

select
    finding.as_of_date,
    finding.sp2d_no,
    finding.contribution_month,
    finding.amount_idr,
    membership.kpj,
    finding.finding_key,
    finding.evidence
from {{ ref('stored_audit_findings') }} as finding
inner join {{ source('ledger', 'published') }} as published
    on finding.run_id = published.run_id and finding.as_of_date = published.as_of_date
inner join {{ source('identity', 'membership') }} as membership on finding.membership_key = membership.membership_key
where finding.finding_code = 'UNRESOLVED_PARTICIPANT'
