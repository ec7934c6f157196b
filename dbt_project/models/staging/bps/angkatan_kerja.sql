-- Employed persons by sector (Sakernas).
with accepted as (
    {{ accepted_rows('bps', 'angkatan_kerja', ['tahun', 'kode_sektor', 'lapangan_usaha', 'bekerja']) }}
)

select
    {{ address('accepted') }},
    quality.to_year(tahun) as year,
    kode_sektor as sector_code,
    lapangan_usaha as sector_name,
    quality.to_whole_iso(bekerja) as employed
from accepted
