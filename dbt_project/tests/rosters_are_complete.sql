-- Every accepted row of a roster in force stands on the night's roster.
with listed as (
    select
        roster,
        count(*) as listed_rows
    from {{ ref('fct_roster') }}
    where run_id = {{ run_id() }} and agency_code <> 'disnaker'
    group by roster
)

select
    listed.roster,
    listed.listed_rows,
    validation.accepted_rows
from {{ source('ledger', 'run_input') }} as input
inner join {{ source('ledger', 'validation') }} as validation using (validation_id)
inner join listed on input.agency || '.' || input.feed = listed.roster
where
    input.run_id = {{ run_id() }}
    and listed.listed_rows <> validation.accepted_rows
