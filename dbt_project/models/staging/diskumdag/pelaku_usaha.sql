-- Owners of small businesses and market traders.
select
    {{ address('accepted') }},
    accepted.nik_key as worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('keyed', 'diskumdag_pelaku_usaha') }} as accepted
