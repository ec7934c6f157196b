-- The decree names a worker whose domicile on the decree lies outside the city.
-- Legal basis: the city's criteria for recipients (resident of the city), as published in 2025.
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
    null::text as sp2d_no,
    decree_no,
    worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    null::text as skpd_code,
    null::text as sub_activity_code,
    null::text as account_code,
    null::bigint as amount_idr,
    'Kode wilayah ' || region_code || ' pada SK berada di luar kota.' as explanation,
    array[evidence] as evidence
from recipient
