-- Artists by field.
select
    {{ address('accepted') }},
    accepted.nik_key as worker_key,
    accepted.bidang_seni as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('keyed', 'dispar_pekerja_seni') }} as accepted
