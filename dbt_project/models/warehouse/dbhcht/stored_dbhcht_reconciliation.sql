{{ config(indexes=[{'columns': ['run_id', 'fiscal_year', 'skpd_code', 'sub_activity_code', 'account_code'], 'unique': true}]) }}

with budget as (
    select
        fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        budget_idr,
        array[{{ address_word('dim_budget_line') }}] as evidence
    from {{ ref('stored_dim_budget_line') }} as dim_budget_line
    where
        run_id = {{ run_id() }}
        and budget_source = 'DBHCHT'
),

disbursed as (
    select
        fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        sum(amount_idr)::bigint as disbursed_idr,
        array_agg(evidence order by sp2d_no) as evidence
    from {{ ref('int_dbhcht_order') }}
    group by fiscal_year, skpd_code, sub_activity_code, account_code
),

budget_line as (
    select
        fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        row_number() over () as line_no
    from disbursed
),

-- Two payment orders of one line and year may share a billing code; what is posted under it counts once.
billing as (
    select distinct
        budget_line.line_no,
        sp2d.billing_code
    from {{ ref('int_dbhcht_order') }} as sp2d
    inner join budget_line using (fiscal_year, skpd_code, sub_activity_code, account_code)
),

-- By the number of the line, because a hundred thousand contributions are sorted by it.
posted_of_line as (
    select
        billing.line_no,
        sum(line.amount_idr)::bigint as posted_idr,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from billing
    inner join {{ ref('int_dbhcht_contribution') }} as line on billing.billing_code = line.billing_code
    group by billing.line_no
),

posted as (
    select
        budget_line.fiscal_year,
        budget_line.skpd_code,
        budget_line.sub_activity_code,
        budget_line.account_code,
        posted_of_line.posted_idr,
        posted_of_line.evidence
    from posted_of_line
    inner join budget_line using (line_no)
),

line as (
    select
        fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        {{ known('coalesce(budget.budget_idr, 0)', 'sipd.anggaran') }} as budget_idr,
        {{ known('coalesce(disbursed.disbursed_idr, 0)', 'sipd.sp2d') }} as disbursed_idr,
        {{ known('coalesce(posted.posted_idr, 0)', 'sipd.sp2d bpjstk.iuran') }} as posted_idr,
        coalesce(budget.evidence, '{}') || coalesce(disbursed.evidence, '{}') || coalesce(posted.evidence, '{}') as evidence
    from budget
    full join disbursed using (fiscal_year, skpd_code, sub_activity_code, account_code)
    left join posted using (fiscal_year, skpd_code, sub_activity_code, account_code)
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    fiscal_year,
    skpd_code,
    sub_activity_code,
    account_code,
    budget_idr,
    disbursed_idr,
    posted_idr,
    disbursed_idr - posted_idr as unposted_idr,
    budget_idr - disbursed_idr as remaining_idr,
    {{ rate('disbursed_idr', 'budget_idr') }} as absorption_rate,
    evidence
from line
