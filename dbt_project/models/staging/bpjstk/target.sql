-- Membership targets by year and sector.
select
    {{ address('accepted') }},
    quality.to_year(accepted.tahun) as year,
    accepted.kode_sektor as sector_code,
    quality.to_whole_iso(accepted.target_peserta) as target_participants
from {{ source('keyed', 'bpjstk_target') }} as accepted
