-- No hop between the landed cells and the lineage loses or repeats a rupiah. Rupiah under an unknown source of funds are told,
-- in dbhcht_conservation and unmapped_codes, and stop no night: a new source is no error of ours.
select
    hop,
    from_idr,
    to_idr,
    left_out_idr,
    difference_idr
from {{ ref('stored_dbhcht_conservation') }}
where
    run_id = {{ run_id() }}
    and hop not in ('BUDGET_STORED_TO_KNOWN_SOURCE', 'SP2D_STORED_TO_KNOWN_SOURCE')
    and difference_idr <> 0
