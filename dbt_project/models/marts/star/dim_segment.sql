select
    segment_code,
    segment_name,
    who,
    precedence,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('segment') }}
