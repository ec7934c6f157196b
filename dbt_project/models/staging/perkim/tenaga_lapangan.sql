{{ config(meta={'roster': true}) }}

-- Construction workers and field staff of the housing office.
with accepted as (
    {{ accepted_rows('perkim', 'tenaga_lapangan', ['nik', 'jenis', 'kode_wilayah']) }}
)

select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.jenis as worker_category,
    accepted.kode_wilayah as region_code
from accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
