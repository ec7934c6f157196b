-- Construction projects and the letters sent to the office before registration.
select
    {{ address('accepted') }},
    accepted.id as project_id,
    accepted.nomor_kontrak as contract_no,
    accepted.nomor_surat as letter_no,
    quality.to_date_iso(accepted.tanggal_surat) as letter_date,
    quality.to_whole_iso(accepted.jumlah_tenaga_kerja) as workers
from {{ source('keyed', 'pupr_proyek_konstruksi') }} as accepted
