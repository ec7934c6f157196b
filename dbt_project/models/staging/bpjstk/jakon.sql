-- Registrations of construction projects at BPJS Ketenagakerjaan.
select
    {{ address('accepted') }},
    accepted.no_pendaftaran as registration_no,
    accepted.no_kontrak as contract_no,
    quality.to_whole_iso(accepted.nilai_kontrak) as contract_value_idr,
    quality.to_date_iso(accepted.tgl_daftar) as registered_on,
    quality.to_date_iso(accepted.tgl_mulai) as starts_on,
    quality.to_date_iso(accepted.tgl_selesai) as ends_on,
    quality.to_whole_iso(accepted.jumlah_tk) as workers,
    quality.to_whole_iso(accepted.iuran_dibayar) as contribution_paid_idr
from {{ source('keyed', 'bpjstk_jakon') }} as accepted
