-- Regulations as the legal documentation network (JDIH) lists them.
with accepted as (
    {{ accepted_rows('hukum', 'regulasi', [
        'id_data', 'tanggal_pengundangan', 'jenis', 'no_peraturan', 'judul', 'status',
    ]) }}
)

select
    {{ address('accepted') }},
    id_data as regulation_id,
    quality.to_date_iso(tanggal_pengundangan) as promulgated_on,
    jenis as regulation_kind,
    no_peraturan as regulation_no,
    judul as title,
    status
from accepted
