-- Contracts, from the releases of the Open Contracting Data Standard: one row per contract of a release.
with accepted as (
    {{ accepted_rows('pbj', 'kontrak', ['ocid', 'date', 'buyer', 'contracts']) }}
)

select
    {{ address('accepted') }},
    accepted.ocid,
    accepted.date as released_at,
    accepted.buyer::jsonb ->> 'id' as buyer_skpd_code,
    accepted.buyer::jsonb ->> 'name' as buyer_name,
    contract.value ->> 'id' as contract_no,
    (contract.value #>> '{value,amount}')::numeric as contract_value
from accepted
cross join lateral jsonb_array_elements(accepted.contracts::jsonb) as contract (value)
