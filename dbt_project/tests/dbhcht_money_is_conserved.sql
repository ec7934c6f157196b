-- No hop between the landed cells and the lineage loses or repeats a rupiah.
select
    hop,
    from_idr,
    to_idr,
    left_out_idr,
    difference_idr
from {{ ref('dbhcht_conservation') }}
where
    run_id = {{ run_id() }}
    and difference_idr <> 0
