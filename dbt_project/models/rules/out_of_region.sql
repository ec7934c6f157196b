with recipient as (
    select distinct on (beneficiary.decree_no, beneficiary.worker_key)
        beneficiary.decree_no,
        beneficiary.worker_key,
        beneficiary.region_code,
        {{ address_word('beneficiary') }} as evidence
    from {{ ref('penerima_dbhcht') }} as beneficiary
    where
        beneficiary.delivery_id in ({{ deliveries_in_force('disnaker', 'penerima_dbhcht') }})
        and not {{ in_city('beneficiary.region_code') }}
    order by beneficiary.decree_no, beneficiary.worker_key
)

select
    decree_no,
    worker_key,
    'Kode wilayah ' || region_code || ' pada SK berada di luar kota.' as explanation,
    array[evidence] as evidence
from recipient
