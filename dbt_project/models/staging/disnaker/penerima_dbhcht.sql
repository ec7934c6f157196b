-- Recipients of contributions paid from DBHCHT, by decree.
select
    {{ address('accepted') }},
    accepted.no_sk as decree_no,
    quality.to_date_id(accepted.tgl_sk) as decree_date,
    accepted.nik_key as worker_key,
    accepted.kode_wilayah as region_code,
    accepted.kategori as worker_category,
    accepted.skpd_pengusul as proposing_skpd_code,
    to_char(quality.to_month_id(accepted.bulan_mulai), 'YYYYMM') as first_month,
    to_char(quality.to_month_id(accepted.bulan_selesai), 'YYYYMM') as last_month
from {{ source('keyed', 'disnaker_penerima_dbhcht') }} as accepted
