-- Contracts, from the releases of the Open Contracting Data Standard: one row per contract of a release.
select
    {{ address('accepted') }},
    accepted.ocid,
    accepted.date as released_at,
    quality.normal(quality.to_json(accepted.buyer) ->> 'id') as buyer_skpd_code,
    quality.normal(contract.value ->> 'id') as contract_no,
    quality.to_whole_iso(contract.value -> 'value' ->> 'amount') as contract_value_idr
from {{ source('keyed', 'pbj_kontrak') }} as accepted
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(quality.to_json(accepted.contracts)) = 'array' then quality.to_json(accepted.contracts) end
) as contract (value)
