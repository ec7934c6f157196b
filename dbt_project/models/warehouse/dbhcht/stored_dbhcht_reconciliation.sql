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

-- Two payment orders of one line and year may share a billing code; what is posted under it counts once.
billing as (
    select distinct
        fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        billing_code
    from {{ ref('int_dbhcht_order') }}
),

posted as (
    select
        billing.fiscal_year,
        billing.skpd_code,
        billing.sub_activity_code,
        billing.account_code,
        sum(line.amount_idr)::bigint as posted_idr,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from billing
    inner join {{ ref('int_dbhcht_contribution') }} as line on billing.billing_code = line.billing_code
    group by billing.fiscal_year, billing.skpd_code, billing.sub_activity_code, billing.account_code
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
