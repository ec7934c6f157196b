select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'Tidak ada baris anggaran DBHCHT tahun ' || sp2d.fiscal_year || ' untuk sub kegiatan '
    || sp2d.sub_activity_code || ' rekening '
    || sp2d.account_code || '; SP2D bernilai ' || {{ rupiah('sp2d.amount_idr') }} || '.' as explanation,
    array[sp2d.evidence] as evidence,
    {{ known('0::bigint', 'sipd.anggaran') }} as expected_idr,
    sp2d.amount_idr as actual_idr
from {{ ref('int_dbhcht_order') }} as sp2d
where sp2d.budget_document_no is null
