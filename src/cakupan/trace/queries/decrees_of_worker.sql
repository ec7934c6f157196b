-- The decrees that name a worker, and what became of each row.
select
    row_key,
    outcome,
    worker_key,
    months_without_payment,
    sp2d_nos,
    delivery_id,
    sheet,
    row_number
from warehouse.history_dbhcht_forward
where run_id = %(run)s and worker_key = %(worker)s and feed = 'disnaker.penerima_dbhcht'
order by row_key
