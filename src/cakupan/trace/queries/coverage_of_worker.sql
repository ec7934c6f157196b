-- Whether a worker is covered on the night, and by which membership.
select
    is_active_participant,
    is_city_participant,
    sector_code,
    funding_source_code,
    region_code
from warehouse.history_fct_coverage_daily
where run_id = %(run)s and worker_key = %(worker)s
