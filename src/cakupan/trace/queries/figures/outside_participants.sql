-- Active participants whose home is outside the city.
select
    worker_key::text as who,
    1 as value,
    delivery_id,
    sheet,
    row_number
from warehouse.history_fct_coverage_daily
where run_id = %(run)s and is_active_participant and not is_city_participant
