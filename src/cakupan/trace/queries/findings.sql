-- Findings about a payment order, a decree, a worker or a budget line: the first, and how many there are.
select
    finding_code,
    severity,
    worker_key,
    contribution_month,
    amount_idr,
    explanation,
    finding_key,
    count(*) over () as findings
from warehouse.audit_findings
where
    run_id = %(run)s
    and (%(sp2d_no)s::text is null or sp2d_no = %(sp2d_no)s)
    and (%(decree_no)s::text is null or decree_no = %(decree_no)s)
    and (%(worker)s::uuid is null or worker_key = %(worker)s)
    and (%(year)s::integer is null or coalesce(fiscal_year, %(year)s::integer) = %(year)s::integer)
    and (%(skpd)s::text is null or skpd_code = %(skpd)s)
    and (%(sub_activity)s::text is null or sub_activity_code = %(sub_activity)s)
    and (%(account)s::text is null or account_code = %(account)s)
order by severity, finding_code, finding_key
limit %(limit)s
