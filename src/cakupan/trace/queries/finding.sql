-- One finding or observation with the addresses of the rows that prove it.
-- As whole rows: a table that an earlier version made lacks columns until the next night.
with found as (
    select to_jsonb(audit_findings) as as_stored
    from warehouse.audit_findings
    where run_id = %(run)s and finding_key = %(finding_key)s
    union all
    select to_jsonb(audit_observations) as as_stored
    from warehouse.audit_observations
    where run_id = %(run)s and finding_key = %(finding_key)s
)

select
    finding.finding_code,
    finding.severity,
    finding.explanation,
    finding.amount_idr,
    (found.as_stored ->> 'expected_idr')::bigint as expected_idr,
    (found.as_stored ->> 'actual_idr')::bigint as actual_idr,
    (found.as_stored ->> 'difference_idr')::bigint as difference_idr,
    finding.sp2d_no,
    finding.decree_no,
    finding.contribution_month,
    finding.fiscal_year,
    finding.skpd_code,
    finding.sub_activity_code,
    finding.account_code,
    finding.worker_key,
    finding.evidence
from found
cross join lateral jsonb_populate_record(null::warehouse.audit_findings, found.as_stored) as finding
