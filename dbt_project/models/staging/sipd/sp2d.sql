-- Payment orders. The billing code stands in its own column or after "kode iuran" in the description.
with accepted as (
    {{ accepted_rows('sipd', 'sp2d', [
        'no_sp2d', 'tgl_sp2d', 'no_spm', 'tgl_spm', 'kode_skpd', 'kode_sub_kegiatan', 'kode_rekening', 'sumber_dana',
        'nilai', 'kode_billing', 'no_sk', 'periode_awal', 'periode_akhir', 'uraian',
    ]) }}
)

select
    {{ address('accepted') }},
    no_sp2d as sp2d_no,
    quality.to_date_id(tgl_sp2d) as sp2d_date,
    no_spm as spm_no,
    quality.to_date_id(tgl_spm) as spm_date,
    kode_skpd as skpd_code,
    kode_sub_kegiatan as sub_activity_code,
    kode_rekening as account_code,
    sumber_dana as budget_source,
    quality.to_whole_id(nilai) as amount_idr,
    coalesce(kode_billing, substring(uraian from '(?i)kode\s+iuran\D*(\d{12})(?!\d)')) as billing_code,
    no_sk as decree_no,
    to_char(quality.to_month_id(periode_awal), 'YYYYMM') as first_month,
    to_char(quality.to_month_id(periode_akhir), 'YYYYMM') as last_month
from accepted
