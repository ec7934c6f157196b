-- Construction projects and the letters sent to the office before registration.
with accepted as (
    {{ accepted_rows('pupr', 'proyek_konstruksi', [
        'id', 'nomor_kontrak', 'nomor_surat', 'tanggal_surat', 'jumlah_tenaga_kerja',
    ]) }}
)

select
    {{ address('accepted') }},
    id as project_id,
    nomor_kontrak as contract_no,
    nomor_surat as letter_no,
    quality.to_date_iso(tanggal_surat) as letter_date,
    quality.to_whole_iso(jumlah_tenaga_kerja) as workers
from accepted
