select
    agency_code,
    agency_name,
    short_name,
    skpd_code,
    is_city_agency,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('agency') }}
union all
-- An agency that delivers and is not in the reference data yet goes by the name its feeds give it.
select
    feed.agency as agency_code,
    min(feed.owner) as agency_name,
    feed.agency as short_name,
    null as skpd_code,
    null::boolean as is_city_agency,
    null::date as valid_from,
    null::date as valid_to,
    null as legal_basis
from {{ source('ledger', 'feed') }} as feed
where feed.agency not in (select known.agency_code from {{ ref('agency') }} as known)
group by feed.agency
