-- One row per payment order, worker (or membership number where there is none) and month.
select
    sp2d_no,
    coalesce(worker_key, membership_key) as who,
    contribution_month
from {{ tonight('stored_dbhcht_lineage') }}
where run_id = {{ run_id() }}
group by 1, 2, 3
having count(*) > 1
