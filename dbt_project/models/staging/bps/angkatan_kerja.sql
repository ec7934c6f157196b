-- Employed persons by sector (Sakernas).
with accepted as (
    {{ accepted_rows('bps', 'angkatan_kerja', ['tahun', 'kode_sektor', 'lapangan_usaha', 'bekerja']) }}
)

select
    {{ address('accepted') }},
    tahun::numeric::integer as year,
    kode_sektor as sector_code,
    lapangan_usaha as sector_name,
    bekerja::numeric::bigint as employed
from accepted
