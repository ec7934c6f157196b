-- A contribution was posted for a worker whom the decree does not name for that month, or for a month the order does not pay.
-- Legal basis: PMK 72/2024 art. 5(9), as cited by other regions: recipients are to be stipulated by the local government.
select
    sp2d_no,
    decree_no,
    worker_key,
    null::uuid as membership_key,
    contribution_month,
    skpd_code,
    sub_activity_code,
    account_code,
    posted_amount_idr as amount_idr,
    'Iuran ' || {{ rupiah('posted_amount_idr') }} || ' dibukukan untuk bulan ' || contribution_month
    || ', padahal pekerja tidak tercantum dalam SK untuk bulan itu atau bulan itu di luar periode SP2D.' as explanation,
    evidence
from {{ ref('stored_dbhcht_lineage') }}
where
    run_id = {{ run_id() }}
    and protection_status = 'NOT_ON_DECREE'
