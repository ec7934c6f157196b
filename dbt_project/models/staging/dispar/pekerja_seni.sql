{{ config(meta={'roster': true}) }}

-- Artists by field.
with accepted as (
    {{ accepted_rows('dispar', 'pekerja_seni', ['nik', 'bidang_seni', 'kode_wilayah']) }}
)

select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.bidang_seni as worker_category,
    accepted.kode_wilayah as region_code
from accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
