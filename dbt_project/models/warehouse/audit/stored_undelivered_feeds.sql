{{ config(indexes=[{'columns': ['run_id', 'agency_code', 'feed'], 'unique': true}]) }}

-- What is missing makes figures empty; this says why.
select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    declared.agency as agency_code,
    declared.feed,
    'belum pernah ada kiriman ' || declared.agency || '.' || declared.feed || ' yang diterima' as reason_id,
    'no delivery of ' || declared.agency || '.' || declared.feed || ' was ever accepted' as reason_en
from {{ source('ledger', 'feed') }} as declared
where
    not exists (
        select 1
        from {{ source('ledger', 'run_input') }} as input
        where
            input.run_id = {{ run_id() }}
            and input.agency = declared.agency
            and input.feed = declared.feed
    )
