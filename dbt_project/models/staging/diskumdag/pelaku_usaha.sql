-- Owners of small businesses and market traders.
select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'diskumdag_pelaku_usaha') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
