-- Who keeps cover for a year if the lines that paid contributions are halved, by the rule that the catalogue states.
with money as (
    select sum(budget_idr) / 2 as halved_idr
    from marts.dbhcht_reconciliation
    where
        as_of_date = %(night)s
        and fiscal_year = extract(year from %(night)s::date)
        and disbursed_idr > 0
),

-- Those on a decree for the night's month, each with the decree that named them first.
recipient as (
    select distinct on (worker_key)
        worker_key,
        worker_category,
        decree_date,
        case when worker_category ~ 'TEMBAKAU|ROKOK' then 1 else 2 end as priority
    from marts.fct_beneficiary
    where contribution_month = to_char(%(night)s::date, 'YYYYMM') and business_date <= %(night)s
    order by worker_key, decree_date, decree_no
),

ranked as (
    select
        worker_category,
        priority,
        row_number() over (order by priority, decree_date, worker_key) as place
    from recipient
),

by_category as (
    select
        'KELOMPOK' as part,
        ranked.priority,
        ranked.worker_category as name,
        count(*) as recipients,
        count(*) filter (where ranked.place <= money.halved_idr / (12 * %(monthly_idr)s)) as keep_cover
    from ranked
    cross join money
    group by ranked.priority, ranked.worker_category
),

total as (
    select
        'JUMLAH' as part,
        null::integer as priority,
        null as name,
        sum(recipients) as recipients,
        sum(keep_cover) as keep_cover
    from by_category
),

both_parts as (
    select * from by_category
    union all
    select * from total
)

select
    shown.part,
    shown.priority,
    shown.name,
    shown.recipients,
    shown.recipients * 12 * %(monthly_idr)s as yearly_cost_idr,
    case when shown.part = 'JUMLAH' then money.halved_idr::bigint end as halved_idr,
    shown.keep_cover,
    shown.recipients - shown.keep_cover as lose_cover
from both_parts as shown
cross join money
order by shown.priority nulls last, shown.name
