-- The files that deliveries stand in.
select
    delivery_id,
    agency || '.' || feed as feed,
    business_date,
    received_at,
    original_name,
    sha256
from ledger.delivery
where delivery_id = any(%(deliveries)s)
