select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'Kode billing SP2D bernilai ' || {{ rupiah('sp2d.amount_idr') }}
    || ' bukan 12 angka (' || length(sp2d.billing_code) || ' karakter); iuran tidak dapat dibukukan dengannya.' as explanation,
    array[sp2d.evidence] as evidence
from {{ ref('int_dbhcht_order') }} as sp2d
where sp2d.billing_code !~ '^[0-9]{12}$'
