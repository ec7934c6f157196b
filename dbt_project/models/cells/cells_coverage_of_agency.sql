select
    as_of_date,
    agency_code,
    sum(registered_workers)::bigint as registered_workers,
    sum(active_participants)::bigint as active_participants,
    sum(not_covered)::bigint as not_covered,
    round(sum(active_participants) / nullif(sum(registered_workers), 0), 6) as coverage_rate,
    bool_or({{ is_of_disabled('worker_category') }}) as is_of_disabled
from {{ ref('coverage_by_agency') }}
group by as_of_date, agency_code
