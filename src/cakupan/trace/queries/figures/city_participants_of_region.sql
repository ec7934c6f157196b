-- Active participants whose home is in a region; of by_dbhcht those whom DBHCHT pays for.
select
    worker_key::text as who,
    1 as value,
    delivery_id,
    sheet,
    row_number
from warehouse.history_fct_coverage_daily
where
    run_id = %(run)s
    and is_city_participant
    and region_code = %(region_code)s
    and (%(figure)s <> 'by_dbhcht' or funding_source_code = 'DBHCHT')
