-- Regulations as the legal documentation network (JDIH) lists them.
with accepted as (
    {{ accepted_rows('hukum', 'regulasi', [
        'id_data', 'tanggal_pengundangan', 'jenis', 'no_peraturan', 'judul', 'status',
    ]) }}
)

select
    {{ address('accepted') }},
    id_data as regulation_id,
    tanggal_pengundangan::date as promulgated_on,
    jenis as regulation_kind,
    no_peraturan as regulation_no,
    judul as title,
    status
from accepted
