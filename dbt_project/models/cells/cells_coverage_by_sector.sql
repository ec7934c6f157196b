select
    as_of_date,
    sector_code,
    sector_name,
    false as is_total,
    workforce,
    target_participants,
    active_participants,
    coverage_rate,
    gap_to_target
from {{ ref('coverage_by_sector') }}
union all
select
    as_of_date,
    'SEMUA' as sector_code,
    null as sector_name,
    true as is_total,
    sum(workforce)::bigint as workforce,
    sum(target_participants)::bigint as target_participants,
    sum(active_participants)::bigint as active_participants,
    round(sum(active_participants) / nullif(sum(workforce), 0), 6) as coverage_rate,
    sum(gap_to_target)::bigint as gap_to_target
from {{ ref('coverage_by_sector') }}
group by as_of_date
