-- Whose membership ends by 31 December if nothing more is paid, and what is paid or decreed for next year already.
with lapses as (
    select
        funding_source_code,
        sum(participants) filter (where lapse_month < to_char(%(night)s::date, 'YYYYMM')) as in_arrears,
        sum(participants) filter (
            where lapse_month between to_char(%(night)s::date, 'YYYYMM') and to_char(%(night)s::date, 'YYYY') || '12'
        ) as lapsing_by_year_end,
        sum(participants) filter (where lapse_month > to_char(%(night)s::date, 'YYYY') || '12') as lapsing_later
    from marts.lapse_calendar
    where as_of_date = %(night)s
    group by funding_source_code
),

paid_ahead as (
    select
        funding_source_code,
        count(distinct membership_key || ' ' || contribution_month) as months_paid_next_year
    from marts.fct_contribution
    where
        program_code = 'JKK'
        and paid_on <= %(night)s
        and business_date <= %(night)s
        and contribution_month between to_char(%(night)s::date + interval '1 year', 'YYYY"01"')
        and to_char(%(night)s::date + interval '1 year', 'YYYY"12"')
    group by funding_source_code
),

decreed_ahead as (
    select
        'DBHCHT' as funding_source_code,
        count(distinct worker_key || ' ' || contribution_month) as months_decreed_next_year
    from marts.fct_beneficiary
    where
        business_date <= %(night)s
        and contribution_month between to_char(%(night)s::date + interval '1 year', 'YYYY"01"')
        and to_char(%(night)s::date + interval '1 year', 'YYYY"12"')
),

by_source as (
    select
        'SUMBER' as part,
        source.funding_source_code as code,
        source.funding_source_name as name,
        coalesce(lapses.in_arrears, 0) as in_arrears,
        coalesce(lapses.lapsing_by_year_end, 0) as lapsing_by_year_end,
        coalesce(lapses.lapsing_later, 0) as lapsing_later,
        coalesce(paid_ahead.months_paid_next_year, 0) as months_paid_next_year,
        coalesce(decreed_ahead.months_decreed_next_year, 0) as months_decreed_next_year
    from marts.dim_funding_source as source
    left join lapses on source.funding_source_code = lapses.funding_source_code
    left join paid_ahead on source.funding_source_code = paid_ahead.funding_source_code
    left join decreed_ahead on source.funding_source_code = decreed_ahead.funding_source_code
    where
        %(night)s between source.valid_from and coalesce(source.valid_to, 'infinity')
        and (lapses.funding_source_code is not null or paid_ahead.funding_source_code is not null)
),

total as (
    select
        'JUMLAH' as part,
        'SEMUA' as code,
        null as name,
        sum(in_arrears) as in_arrears,
        sum(lapsing_by_year_end) as lapsing_by_year_end,
        sum(lapsing_later) as lapsing_later,
        sum(months_paid_next_year) as months_paid_next_year,
        sum(months_decreed_next_year) as months_decreed_next_year
    from by_source
)

select * from by_source
union all
select * from total
order by part desc, code asc
