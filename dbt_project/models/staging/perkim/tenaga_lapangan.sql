-- Construction workers and field staff of the housing office.
select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'perkim_tenaga_lapangan') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
