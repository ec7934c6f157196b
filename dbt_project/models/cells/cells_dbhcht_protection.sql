select
    as_of_date,
    fiscal_year,
    protection_status,
    count(*) as worker_months,
    count(distinct coalesce(worker_key, membership_key)) as workers,
    sum(due_idr)::bigint as due_idr,
    sum(posted_amount_idr)::bigint as posted_amount_idr
from {{ ref('dbhcht_lineage') }}
group by as_of_date, fiscal_year, protection_status
