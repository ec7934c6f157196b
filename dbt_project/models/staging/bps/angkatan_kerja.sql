-- Employed persons by sector (Sakernas).
select
    {{ address('accepted') }},
    quality.to_year(accepted.tahun) as year,
    accepted.kode_sektor as sector_code,
    accepted.lapangan_usaha as sector_name,
    quality.to_whole_iso(accepted.bekerja) as employed
from {{ source('keyed', 'bps_angkatan_kerja') }} as accepted
