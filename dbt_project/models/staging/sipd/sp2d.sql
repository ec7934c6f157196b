-- Payment orders. The billing code stands in its own column or after "kode iuran" in the description.
select
    {{ address('accepted') }},
    accepted.no_sp2d as sp2d_no,
    quality.to_date_id(accepted.tgl_sp2d) as sp2d_date,
    accepted.no_spm as spm_no,
    quality.to_date_id(accepted.tgl_spm) as spm_date,
    accepted.kode_skpd as skpd_code,
    accepted.kode_sub_kegiatan as sub_activity_code,
    accepted.kode_rekening as account_code,
    accepted.sumber_dana as budget_source,
    quality.to_whole_id(accepted.nilai) as amount_idr,
    coalesce(accepted.kode_billing, substring(accepted.uraian from '(?i)kode\s+iuran\D*(\d{12})(?!\d)')) as billing_code,
    accepted.no_sk as decree_no,
    to_char(quality.to_month_id(accepted.periode_awal), 'YYYYMM') as first_month,
    to_char(quality.to_month_id(accepted.periode_akhir), 'YYYYMM') as last_month
from {{ source('keyed', 'sipd_sp2d') }} as accepted
