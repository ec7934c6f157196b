select
    sp2d_no,
    decree_no,
    worker_key,
    contribution_month,
    skpd_code,
    sub_activity_code,
    account_code,
    posted_amount_idr as amount_idr,
    'Iuran ' || {{ rupiah('posted_amount_idr') }} || ' dibukukan untuk bulan ' || contribution_month
    || ', padahal pekerja tidak tercantum dalam SK untuk bulan itu atau bulan itu di luar periode SP2D.' as explanation,
    evidence,
    due_idr as expected_idr,
    posted_amount_idr as actual_idr
from {{ tonight('stored_dbhcht_lineage') }}
where
    run_id = {{ run_id() }}
    and protection_status = 'NOT_ON_DECREE'
