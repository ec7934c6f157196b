select
    sector_code,
    sector_name,
    workforce_sector_code,
    workforce_sector_name,
    sector_group,
    classification,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('sector') }}
