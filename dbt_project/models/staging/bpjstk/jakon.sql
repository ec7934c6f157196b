-- Registrations of construction projects at BPJS Ketenagakerjaan.
with accepted as (
    {{ accepted_rows('bpjstk', 'jakon', [
        'no_pendaftaran', 'no_kontrak', 'nilai_kontrak', 'tgl_daftar', 'tgl_mulai', 'tgl_selesai', 'jumlah_tk',
        'iuran_dibayar',
    ]) }}
)

select
    {{ address('accepted') }},
    no_pendaftaran as registration_no,
    no_kontrak as contract_no,
    quality.to_whole_iso(nilai_kontrak) as contract_value_idr,
    quality.to_date_iso(tgl_daftar) as registered_on,
    quality.to_date_iso(tgl_mulai) as starts_on,
    quality.to_date_iso(tgl_selesai) as ends_on,
    quality.to_whole_iso(jumlah_tk) as workers,
    quality.to_whole_iso(iuran_dibayar) as contribution_paid_idr
from accepted
