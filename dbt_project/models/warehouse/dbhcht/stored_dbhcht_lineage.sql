{{ config(
    materialized='changes',
    keyed_by=['sp2d_no', 'worker_key', 'membership_key', 'contribution_month'],
    indexes=[{'columns': ['run_id']}],
) }}
-- depends_on: {{ ref('int_record') }}

-- Whom the decree of the payment order names, for the months that the order pays.
with entitled as (
    select
        sp2d.sp2d_no,
        beneficiary.worker_key,
        beneficiary.contribution_month,
        {{ address_word('beneficiary') }} as evidence
    from {{ ref('int_dbhcht_order') }} as sp2d
    inner join {{ tonight('stored_fct_beneficiary') }} as beneficiary
        on
            sp2d.decree_no = beneficiary.decree_no
            and beneficiary.contribution_month between sp2d.first_month and sp2d.last_month
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
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
    from {{ ref('int_dbhcht_order') }} as sp2d
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
        case
            when entitled.evidence is not null and posted.evidence is not null then 'PROTECTED'
            when entitled.evidence is not null then 'NOT_POSTED'
            when worker_key is not null then 'NOT_ON_DECREE'
            else 'UNRESOLVED'
        end as protection_status
    from entitled
    full join posted using (sp2d_no, worker_key, contribution_month)
),

due as materialized (
    select
        month.contribution_month,
        sum(tariff.amount_idr)::bigint as due_idr
    from (select distinct entitled.contribution_month from entitled) as month
    left join {{ ref('bpu_tariff') }} as tariff
        on
            tariff.funding_source_code = 'DBHCHT'
            and tariff.occupation_group = 'UMUM'
            and to_date(month.contribution_month, 'YYYYMM')
            between tariff.valid_from and coalesce(tariff.valid_to, 'infinity')
    group by month.contribution_month
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    sp2d.fiscal_year,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.budget_document_no,
    {{ known('coalesce(sp2d.budget_idr, 0)', 'sipd.anggaran') }} as budget_idr,
    sp2d.sp2d_no,
    sp2d.sp2d_date,
    sp2d.amount_idr as sp2d_amount_idr,
    sp2d.decree_no,
    sp2d.billing_code,
    worker_month.worker_key,
    worker_month.membership_key,
    worker_month.contribution_month,
    case when worker_month.decree_evidence is not null then due.due_idr else 0 end as due_idr,
    {{ known('worker_month.posted_amount_idr', 'bpjstk.iuran') }} as posted_amount_idr,
    worker_month.protection_status,
    array_remove(array[sp2d.budget_evidence, sp2d.evidence, worker_month.decree_evidence], null)
    || coalesce(worker_month.posted_evidence, '{}') as evidence
from worker_month
inner join {{ ref('int_dbhcht_order') }} as sp2d on worker_month.sp2d_no = sp2d.sp2d_no
left join due on worker_month.contribution_month = due.contribution_month
