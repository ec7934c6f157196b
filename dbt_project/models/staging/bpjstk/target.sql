-- Membership targets by year and sector.
with accepted as (
    {{ accepted_rows('bpjstk', 'target', ['tahun', 'kode_sektor', 'target_peserta']) }}
)

select
    {{ address('accepted') }},
    quality.to_year(tahun) as year,
    kode_sektor as sector_code,
    quality.to_whole_iso(target_peserta) as target_participants
from accepted
