-- One finding with the addresses of the rows that prove it.
select
    finding_code,
    severity,
    explanation,
    amount_idr,
    sp2d_no,
    decree_no,
    contribution_month,
    fiscal_year,
    skpd_code,
    sub_activity_code,
    account_code,
    worker_key,
    evidence
from warehouse.audit_findings
where run_id = %(run)s and finding_key = %(finding_key)s
