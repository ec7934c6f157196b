select
    region_code,
    region_level,
    region_name,
    region_kind,
    district_code,
    district_name,
    bps_code,
    postal_code,
    is_in_city,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('region') }}
