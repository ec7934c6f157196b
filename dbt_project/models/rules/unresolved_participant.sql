select
    sp2d_no,
    decree_no,
    membership_key,
    contribution_month,
    skpd_code,
    sub_activity_code,
    account_code,
    posted_amount_idr as amount_idr,
    'Iuran ' || {{ rupiah('posted_amount_idr') }} || ' untuk bulan ' || contribution_month
    || ' dibukukan pada KPJ yang tidak pernah ada dalam data kepesertaan.' as explanation,
    evidence
from {{ tonight('stored_dbhcht_lineage') }}
where
    run_id = {{ run_id() }}
    and protection_status = 'UNRESOLVED'
