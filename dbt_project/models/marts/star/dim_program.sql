select
    program_code,
    program_name,
    covers,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('program') }}
