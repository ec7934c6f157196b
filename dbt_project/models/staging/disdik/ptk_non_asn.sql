-- Teachers and school staff who are not civil servants.
select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.status_kepegawaian as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'disdik_ptk_non_asn') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
