-- Every accepted row of a roster in force stands on the night's roster.
with listed as (
    select
        roster,
        count(*) as listed_rows
    from {{ tonight('stored_fct_roster') }}
    where run_id = {{ run_id() }}
    group by roster
)

select
    input.agency,
    input.feed,
    listed.listed_rows,
    validation.accepted_rows
from {{ source('ledger', 'run_input') }} as input
inner join {{ source('ledger', 'validation') }} as validation using (validation_id)
left join listed on input.agency || '.' || input.feed = listed.roster
where
    input.run_id = {{ run_id() }}
    and input.agency || '.' || input.feed in (select unnest(string_to_array('{{ rosters().split() | join(' ') }}', ' ')))
    and coalesce(listed.listed_rows, 0) <> validation.accepted_rows
