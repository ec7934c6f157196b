-- The payment order's office, sub-activity, account and source of funds match no budget line of its fiscal year.
select
    sp2d.sp2d_no,
    sp2d.decree_no,
    null::uuid as worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'Tidak ada baris anggaran DBHCHT tahun ' || sp2d.fiscal_year || ' untuk sub kegiatan '
    || sp2d.sub_activity_code || ' rekening '
    || sp2d.account_code || '; SP2D bernilai ' || {{ rupiah('sp2d.amount_idr') }} || '.' as explanation,
    array[sp2d.evidence] as evidence
from {{ ref('int_dbhcht_order') }} as sp2d
where sp2d.budget_document_no is null
