select
    stored.as_of_date,
    stored.agency_code,
    stored.roster,
    stored.worker_category,
    stored.region_code,
    stored.delivery_id,
    stored.sheet,
    stored.row_number
from {{ history('stored_fct_roster') }} as stored
inner join {{ source('ledger', 'published') }} as published
    on stored.run_id = published.run_id and stored.as_of_date = published.as_of_date
where stored.agency_code in (select ledger.agencies_of_reader())
