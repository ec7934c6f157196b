select
    as_of_date,
    left(region_code, 8) as district_code,
    sum(active_participants)::bigint as active_participants,
    sum(by_dbhcht)::bigint as by_dbhcht
from {{ ref('coverage_by_region') }}
group by as_of_date, left(region_code, 8)
