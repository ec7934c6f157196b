-- The rosters that name a worker.
select
    roster,
    worker_category,
    delivery_id,
    sheet,
    row_number
from warehouse.history_fct_roster
where run_id = %(run)s and worker_key = %(worker)s
order by roster
