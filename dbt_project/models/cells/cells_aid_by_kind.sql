with applications as (
    select
        as_of_date,
        aid_kind,
        value_idr,
        case when status = 'ELIGIBLE' then 1 when status = 'NOT_ELIGIBLE' then 0 end as is_eligible
    from {{ ref('aid_eligibility') }}
),

counted as (
    select
        as_of_date,
        aid_kind,
        count(*) as applications,
        sum(value_idr)::bigint as value_idr,
        sum(is_eligible)::bigint as eligible,
        sum(1 - is_eligible)::bigint as not_eligible,
        (sum(value_idr) filter (where is_eligible = 1))::bigint as eligible_value_idr
    from applications
    group by as_of_date, aid_kind
)

select
    as_of_date,
    aid_kind,
    false as is_total,
    applications,
    value_idr,
    eligible,
    not_eligible,
    eligible_value_idr
from counted
union all
select
    as_of_date,
    'SEMUA' as aid_kind,
    true as is_total,
    sum(applications)::bigint as applications,
    sum(value_idr)::bigint as value_idr,
    sum(eligible)::bigint as eligible,
    sum(not_eligible)::bigint as not_eligible,
    sum(eligible_value_idr)::bigint as eligible_value_idr
from counted
group by as_of_date
