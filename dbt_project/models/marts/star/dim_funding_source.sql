select
    funding_source_code,
    funding_source_name,
    payer,
    is_public_money,
    budget_source_code,
    valid_from,
    valid_to,
    legal_basis
from {{ ref('funding_source') }}
