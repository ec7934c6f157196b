{{ config(meta={'roster': true}) }}

-- Social volunteers and people with disabilities who work.
with accepted as (
    {{ accepted_rows('dinsos', 'relawan_disabilitas', ['nik', 'jenis', 'kode_wilayah']) }}
)

select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
