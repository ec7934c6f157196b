-- Payment orders (SP2D) from DBHCHT that the night rests on, each with its fiscal year's budget line in force behind it.
{{ config(post_hook="{{ analyze_sample(this) }}") }}

select
    sp2d.sp2d_no,
    sp2d.sp2d_date,
    {{ fiscal_year('sp2d.sp2d_date') }} as fiscal_year,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    sp2d.billing_code,
    sp2d.decree_no,
    sp2d.first_month,
    sp2d.last_month,
    {{ address_word('sp2d') }} as evidence,
    budget.document_no as budget_document_no,
    budget.budget_idr,
    {{ address_word('budget') }} as budget_evidence
from {{ ref('stored_fct_disbursement') }} as sp2d
left join {{ ref('stored_dim_budget_line') }} as budget
    on
        {{ fiscal_year('sp2d.sp2d_date') }} = budget.fiscal_year
        and sp2d.skpd_code = budget.skpd_code
        and sp2d.sub_activity_code = budget.sub_activity_code
        and sp2d.account_code = budget.account_code
        and sp2d.budget_source = budget.budget_source
        and budget.run_id = {{ run_id() }}
where
    sp2d.validation_id in ({{ in_force('sipd', 'sp2d') }})
    and sp2d.budget_source = 'DBHCHT'
