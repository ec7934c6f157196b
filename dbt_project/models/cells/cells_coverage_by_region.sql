select
    as_of_date,
    region_code,
    left(region_code, 8) as district_code,
    active_participants,
    by_dbhcht
from {{ ref('coverage_by_region') }}
