-- Artists by field.
select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.bidang_seni as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'dispar_pekerja_seni') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
