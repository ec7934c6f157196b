-- Members of farmer groups.
select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.kategori as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'distan_kelompok_tani') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
