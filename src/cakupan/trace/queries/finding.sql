-- One finding with the addresses of the rows that prove it.
select
    finding_code,
    severity,
    explanation,
    amount_idr,
    -- Read out of the whole row: a table that an earlier version made has no such columns until the next night.
    (to_jsonb(audit_findings) ->> 'expected_idr')::bigint as expected_idr,
    (to_jsonb(audit_findings) ->> 'actual_idr')::bigint as actual_idr,
    (to_jsonb(audit_findings) ->> 'difference_idr')::bigint as difference_idr,
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
