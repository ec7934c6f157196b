-- City participants by segment, out of both denominators, and against the target.
with counted as (
    select
        segment_code,
        count(*) as active_participants
    from marts.fct_coverage_daily
    where as_of_date = %(night)s and is_city_participant
    group by segment_code
),

night as (
    select
        max(active_participants) as active_participants,
        max(jakon_headcount) as jakon_headcount,
        max(target_participants) as target_participants,
        max(gap_to_target) as gap_to_target,
        max(denominator) filter (where denominator_code = 'SAKERNAS') as sakernas_workers,
        max(denominator) filter (where denominator_code = 'SEMESTA_BPJS') as semesta_workers
    from marts.universal_coverage
    where as_of_date = %(night)s
),

-- Nobody was counted where no delivery ever gave participants.
segments as (
    select
        'SEGMEN' as part,
        segment.segment_code as code,
        segment.segment_name as name,
        segment.precedence,
        case when night.active_participants is not null then coalesce(counted.active_participants, 0) end
            as active_participants,
        null::bigint as target_participants,
        null::bigint as gap_to_target,
        case when segment.segment_code = 'JAKON' then night.jakon_headcount end as jakon_headcount
    from marts.dim_segment as segment
    cross join night
    left join counted on segment.segment_code = counted.segment_code
    where %(night)s between segment.valid_from and coalesce(segment.valid_to, 'infinity')
),

total as (
    select
        'JUMLAH' as part,
        'SEMUA' as code,
        null as name,
        null::integer as precedence,
        active_participants,
        target_participants,
        gap_to_target,
        null::bigint as jakon_headcount
    from night
),

rows_of_both as (
    select * from segments
    union all
    select * from total
)

select
    shown.part,
    shown.code,
    shown.name,
    shown.active_participants,
    night.sakernas_workers,
    round(shown.active_participants::numeric / nullif(night.sakernas_workers, 0), 6) as sakernas_rate,
    night.semesta_workers,
    round(shown.active_participants::numeric / nullif(night.semesta_workers, 0), 6) as semesta_rate,
    shown.target_participants,
    shown.gap_to_target,
    shown.jakon_headcount
from rows_of_both as shown
cross join night
order by shown.precedence nulls last
