-- What the reconciliation calls disbursed is the sum of all payment orders from DBHCHT.
with reconciled as (
    select coalesce(sum(disbursed_idr), 0) as disbursed_idr
    from {{ ref('stored_dbhcht_reconciliation') }}
    where run_id = {{ run_id() }}
),

ordered as (
    select coalesce(sum(sp2d.amount_idr), 0) as ordered_idr
    from {{ ref('int_dbhcht_order') }} as sp2d
)

select
    reconciled.disbursed_idr,
    ordered.ordered_idr
from reconciled
cross join ordered
where reconciled.disbursed_idr <> ordered.ordered_idr
