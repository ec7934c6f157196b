-- Social volunteers and people with disabilities who work.
select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'dinsos_relawan_disabilitas') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
