-- Regulations as the legal documentation network (JDIH) lists them.
select
    {{ address('accepted') }},
    accepted.id_data as regulation_id,
    quality.to_date_iso(accepted.tanggal_pengundangan) as promulgated_on,
    accepted.jenis as regulation_kind,
    accepted.no_peraturan as regulation_no,
    accepted.judul as title,
    accepted.status
from {{ source('keyed', 'hukum_regulasi') }} as accepted
