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
    nilai_kontrak::numeric::bigint as contract_value_idr,
    tgl_daftar::date as registered_on,
    tgl_mulai::date as starts_on,
    tgl_selesai::date as ends_on,
    jumlah_tk::numeric::bigint as workers,
    iuran_dibayar::numeric::bigint as contribution_paid_idr
from accepted
