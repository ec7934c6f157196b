-- What is left of each DBHCHT line of the night's year, for how many person-months, and how fast it goes.
with lines as (
    select
        'BARIS' as part,
        reconciliation.skpd_code as code,
        agency.agency_name as name,
        reconciliation.sub_activity_code,
        reconciliation.account_code,
        reconciliation.budget_idr,
        reconciliation.disbursed_idr,
        reconciliation.remaining_idr
    from marts.dbhcht_reconciliation as reconciliation
    left join marts.dim_agency as agency
        on
            reconciliation.skpd_code = agency.skpd_code
            and %(night)s between agency.valid_from and coalesce(agency.valid_to, 'infinity')
    where reconciliation.as_of_date = %(night)s and reconciliation.fiscal_year = extract(year from %(night)s::date)
),

total as (
    select
        'JUMLAH' as part,
        'SEMUA' as code,
        null as name,
        null as sub_activity_code,
        null as account_code,
        sum(budget_idr)::bigint as budget_idr,
        sum(disbursed_idr)::bigint as disbursed_idr,
        sum(remaining_idr)::bigint as remaining_idr
    from lines
),

both_parts as (
    select * from lines
    union all
    select * from total
)

select
    part,
    code,
    name,
    sub_activity_code,
    account_code,
    budget_idr,
    disbursed_idr,
    remaining_idr,
    greatest(remaining_idr, 0) / %(monthly_idr)s as person_months_left,
    round(disbursed_idr::numeric / nullif(budget_idr, 0), 6) as absorption_rate,
    round(
        extract(doy from %(night)s::date)::numeric
        / extract(doy from (date_trunc('year', %(night)s::date) + interval '1 year - 1 day')),
        6
    ) as year_gone_rate
from both_parts
order by part, code, sub_activity_code, account_code
