-- Construction workers and field staff of the housing office.
select
    {{ address('accepted') }},
    accepted.nik_key as worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from {{ source('keyed', 'perkim_tenaga_lapangan') }} as accepted
