select
    sp2d_no,
    decree_no,
    worker_key,
    contribution_month,
    skpd_code,
    sub_activity_code,
    account_code,
    due_idr as amount_idr,
    'Tercantum dalam SK untuk bulan ' || contribution_month || ' dan dibayar SP2D ini, tetapi iuran '
    || {{ rupiah('due_idr') }} || ' tidak dibukukan.' as explanation,
    evidence,
    due_idr as expected_idr,
    posted_amount_idr as actual_idr
from {{ tonight('stored_dbhcht_lineage') }} as lineage
where
    run_id = {{ run_id() }}
    and protection_status = 'NOT_POSTED'
    and exists (
        select 1
        from {{ ref('int_dbhcht_contribution') }} as line
        where line.billing_code = lineage.billing_code
    )
