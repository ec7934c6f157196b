-- The rows of a decree, by what became of them: of each outcome the first, and how many there are.
with numbered as (
    select
        outcome,
        worker_key,
        months_without_payment,
        sp2d_nos,
        delivery_id,
        sheet,
        row_number,
        count(*) over of_outcome as of_outcome,
        row_number() over (of_outcome order by delivery_id, sheet, row_number) as place
    from warehouse.history_dbhcht_forward
    where run_id = %(run)s and feed = 'disnaker.penerima_dbhcht' and row_key = %(decree_no)s
    window of_outcome as (partition by outcome)
)

select
    outcome,
    worker_key,
    months_without_payment,
    sp2d_nos,
    delivery_id,
    sheet,
    row_number,
    of_outcome
from numbered
where %(limit)s::bigint is null or place <= %(limit)s
order by outcome, place
