-- The keys of the night's findings and observations.
select finding_key
from warehouse.audit_findings
where run_id = %(run)s
union all
select finding_key
from warehouse.audit_observations
where run_id = %(run)s
