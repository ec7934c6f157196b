-- Worker-months of a payment order, a billing code or a worker, by status: of each the first, and how many there are.
-- A worker's are told newest first.
with numbered as (
    select
        protection_status,
        sp2d_no,
        worker_key,
        membership_key,
        contribution_month,
        due_idr,
        posted_amount_idr,
        evidence,
        count(*) over of_status as of_status,
        row_number() over (
            of_status
            order by
                case when %(worker)s::uuid is not null then contribution_month end desc,
                case when %(worker)s::uuid is not null then sp2d_no end asc,
                contribution_month asc,
                worker_key asc,
                membership_key asc
        ) as place
    from warehouse.history_dbhcht_lineage
    where
        run_id = %(run)s
        and (%(sp2d_no)s::text is null or sp2d_no = %(sp2d_no)s)
        and (%(billing_code)s::text is null or billing_code = %(billing_code)s)
        and (%(worker)s::uuid is null or worker_key = %(worker)s)
    window of_status as (partition by protection_status)
)

select
    protection_status,
    sp2d_no,
    worker_key,
    membership_key,
    contribution_month,
    due_idr,
    posted_amount_idr,
    evidence,
    of_status
from numbered
where %(limit)s::bigint is null or place <= %(limit)s
order by protection_status, place
