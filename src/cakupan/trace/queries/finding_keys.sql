-- The keys of the night's findings.
select finding_key
from warehouse.audit_findings
where run_id = %(run)s
