-- Members of farmer groups.
select
    {{ address('accepted') }},
    accepted.nik_key as worker_key,
    accepted.kategori as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('keyed', 'distan_kelompok_tani') }} as accepted
