-- Every finding and observation names a landed row that proves it.
select
    finding_code,
    finding_key
from {{ ref('stored_audit_findings') }}
where
    run_id = {{ run_id() }}
    and cardinality(evidence) = 0
union all
select
    finding_code,
    finding_key
from {{ ref('stored_audit_observations') }}
where
    run_id = {{ run_id() }}
    and cardinality(evidence) = 0
