with known as (
    select source.budget_source
    from {{ ref('budget_source') }} as source
    where {{ valid_on_night('source') }}
),

remarked as (
    select
        remark.validation_id,
        remark.value as budget_source
    from {{ source('quality', 'remark') }} as remark
    where remark.remark_code = 'NEW_FUNDING_SOURCE'
),

paid as (
    select
        sp2d.sp2d_no,
        sp2d.decree_no,
        sp2d.skpd_code,
        sp2d.sub_activity_code,
        sp2d.account_code,
        {{ fiscal_year('sp2d.sp2d_date') }} as fiscal_year,
        sp2d.amount_idr,
        sp2d.budget_source,
        sp2d.validation_id,
        array[{{ address_word('sp2d') }}] as evidence
    from {{ ref('stored_fct_disbursement') }} as sp2d
    where sp2d.validation_id in ({{ in_force('sipd', 'sp2d') }})
),

-- The documents of a line and year under such sources, together.
budgeted as (
    select
        null::text as sp2d_no,
        null::text as decree_no,
        budget.skpd_code,
        budget.sub_activity_code,
        budget.account_code,
        {{ fiscal_year('budget.document_date') }} as fiscal_year,
        sum(budget.budget_idr)::bigint as amount_idr,
        array_agg({{ address_word('budget') }} order by budget.delivery_id, budget.sheet, budget.row_number) as evidence
    from {{ ref('stored_fct_budget') }} as budget
    where
        budget.validation_id in ({{ in_force('sipd', 'anggaran') }})
        and (
            budget.budget_source not in (select known.budget_source from known)
            or (budget.validation_id, budget.budget_source) in (
                select
                    remarked.validation_id,
                    remarked.budget_source
                from remarked
            )
        )
    group by 3, 4, 5, 6
),

found as (
    select
        'SP2D' as what,
        sp2d_no,
        decree_no,
        skpd_code,
        sub_activity_code,
        account_code,
        fiscal_year,
        amount_idr,
        evidence
    from paid
    where
        budget_source not in (select known.budget_source from known)
        or (validation_id, budget_source) in (
            select
                remarked.validation_id,
                remarked.budget_source
            from remarked
        )
    union all
    select
        'Dokumen anggaran' as what,
        sp2d_no,
        decree_no,
        skpd_code,
        sub_activity_code,
        account_code,
        fiscal_year,
        amount_idr,
        evidence
    from budgeted
)

select
    sp2d_no,
    decree_no,
    skpd_code,
    sub_activity_code,
    account_code,
    fiscal_year,
    amount_idr,
    what || ' senilai ' || {{ rupiah('amount_idr') }} || ' dengan sumber dana yang baru atau tidak ada dalam data acuan'
    || ' (lihat unmapped_codes); tidak termasuk angka DBHCHT.' as explanation,
    evidence
from found
