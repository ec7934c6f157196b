{{ config(meta={'roster': true}) }}

-- Members of farmer groups.
with accepted as (
    {{ accepted_rows('distan', 'kelompok_tani', ['nik', 'kategori', 'kode_wilayah']) }}
)

select
    {{ address('accepted') }},
    worker.worker_key,
    accepted.kategori as worker_category,
    accepted.kode_wilayah as region_code
from accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
