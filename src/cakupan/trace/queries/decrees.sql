-- The decrees that the night knows.
select distinct row_key as decree_no
from warehouse.history_dbhcht_forward
where run_id = %(run)s and feed = 'disnaker.penerima_dbhcht'
