{{ config(
    indexes=[{'columns': ['run_id']}],
    post_hook="analyze {{ this }} (run_id)",
) }}

with sp2d as (
    select *
    from {{ ref('fct_disbursement') }}
    where
        validation_id in ({{ in_force('sipd', 'sp2d') }})
        and budget_source = 'DBHCHT'
),

budget as (
    select *
    from {{ ref('dim_budget_line') }}
    where
        run_id = {{ run_id() }}
        and budget_source = 'DBHCHT'
),

tariff as (
    select
        valid_from,
        valid_to,
        program_code,
        amount_idr
    from {{ ref('bpu_tariff') }}
    where
        funding_source_code = 'DBHCHT'
        and occupation_group = 'UMUM'
),

-- Whom the decree of the payment order names, for the months that the order pays.
entitled as (
    select
        sp2d.sp2d_no,
        beneficiary.worker_key,
        beneficiary.contribution_month,
        {{ address_word('beneficiary') }} as evidence
    from sp2d
    inner join {{ ref('fct_beneficiary') }} as beneficiary
        on
            sp2d.decree_no = beneficiary.decree_no
            and beneficiary.contribution_month between sp2d.first_month and sp2d.last_month
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
),

due as (
    select
        month.contribution_month,
        sum(tariff.amount_idr)::bigint as due_idr
    from (select distinct entitled.contribution_month from entitled) as month
    left join tariff
        on to_date(month.contribution_month, 'YYYYMM') between tariff.valid_from and coalesce(tariff.valid_to, 'infinity')
    group by month.contribution_month
),

-- What was posted under the payment order's billing code. A KPJ that no accepted membership ever named stands for itself.
posted as (
    select
        sp2d.sp2d_no,
        line.worker_key,
        case when line.worker_key is null then line.membership_key end as membership_key,
        line.contribution_month,
        sum(line.amount_idr)::bigint as posted_amount_idr,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from sp2d
    inner join {{ ref('int_dbhcht_contribution') }} as line on sp2d.billing_code = line.billing_code
    group by 1, 2, 3, 4
),

worker_month as (
    select
        sp2d_no,
        worker_key,
        contribution_month,
        posted.membership_key,
        entitled.evidence as decree_evidence,
        posted.evidence as posted_evidence,
        coalesce(posted.posted_amount_idr, 0) as posted_amount_idr,
        entitled.evidence is not null as is_entitled,
        case
            when entitled.evidence is not null and posted.evidence is not null then 'PROTECTED'
            when entitled.evidence is not null then 'NOT_POSTED'
            when worker_key is not null then 'NOT_ON_DECREE'
            else 'UNRESOLVED'
        end as protection_status
    from entitled
    full join posted using (sp2d_no, worker_key, contribution_month)
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    extract(year from sp2d.sp2d_date)::integer as fiscal_year,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    budget.document_no as budget_document_no,
    coalesce(budget.budget_idr, 0) as budget_idr,
    sp2d.sp2d_no,
    sp2d.sp2d_date,
    sp2d.amount_idr as sp2d_amount_idr,
    sp2d.decree_no,
    sp2d.billing_code,
    worker_month.worker_key,
    worker_month.membership_key,
    worker_month.contribution_month,
    case when worker_month.is_entitled then due.due_idr else 0 end as due_idr,
    worker_month.posted_amount_idr,
    worker_month.protection_status,
    array_remove(
        array[
            {{ address_word('budget') }},
            {{ address_word('sp2d') }},
            worker_month.decree_evidence
        ],
        null
    ) || coalesce(worker_month.posted_evidence, '{}') as evidence
from worker_month
inner join sp2d on worker_month.sp2d_no = sp2d.sp2d_no
left join budget
    on
        sp2d.skpd_code = budget.skpd_code
        and sp2d.sub_activity_code = budget.sub_activity_code
        and sp2d.account_code = budget.account_code
left join due on worker_month.contribution_month = due.contribution_month
