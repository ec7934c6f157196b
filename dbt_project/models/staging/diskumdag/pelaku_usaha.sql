{{ config(meta={'roster': true}) }}

-- Owners of small businesses and market traders.
with accepted as (
    {{ accepted_rows('diskumdag', 'pelaku_usaha', ['nik', 'jenis', 'kode_wilayah']) }}
)

select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
