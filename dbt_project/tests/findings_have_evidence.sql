-- Every finding names a landed row that proves it, and every rule of the catalogue is known.
select
    finding_code,
    finding_key
from {{ ref('audit_findings') }}
where
    run_id = {{ run_id() }}
    and cardinality(evidence) = 0
