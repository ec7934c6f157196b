{{ config(meta={'roster': true}) }}

-- Teachers and school staff who are not civil servants.
with accepted as (
    {{ accepted_rows('disdik', 'ptk_non_asn', ['nik', 'status_kepegawaian', 'kode_wilayah']) }}
)

select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.status_kepegawaian as worker_category,
    accepted.kode_wilayah as region_code
from accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
