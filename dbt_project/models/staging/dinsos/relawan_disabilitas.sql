-- Social volunteers and people with disabilities who work.
select
    {{ address('accepted') }},
    accepted.nik_key as worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('keyed', 'dinsos_relawan_disabilitas') }} as accepted
