-- The night still rests on what counts: none of its deliveries was validated again while it was being built.
select
    agency,
    feed,
    delivery_id
from {{ source('ledger', 'run_input') }}
where
    run_id = {{ run_id() }}
    and validation_id not in (select current.validation_id from {{ source('ledger', 'current_validation') }} as current)
