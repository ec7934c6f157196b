-- The deliveries that the night rests on, and whose they are.
select
    delivery_id,
    agency || '.' || feed as feed
from ledger.run_input
where run_id = %(run)s
