-- Teachers and school staff who are not civil servants.
select
    {{ address('accepted') }},
    accepted.nik_key as worker_key,
    accepted.status_kepegawaian as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('keyed', 'disdik_ptk_non_asn') }} as accepted
