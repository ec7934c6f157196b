-- Membership targets by year and sector.
with accepted as (
    {{ accepted_rows('bpjstk', 'target', ['tahun', 'kode_sektor', 'target_peserta']) }}
)

select
    {{ address('accepted') }},
    tahun::numeric::integer as year,
    kode_sektor as sector_code,
    target_peserta::numeric::bigint as target_participants
from accepted
