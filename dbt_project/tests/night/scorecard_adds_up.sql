-- Delivered rows are accepted, quarantined or duplicate, and every feed due each night has a row.
select
    agency_code,
    feed,
    'rows do not add up' as what
from {{ ref('stored_data_quality_scorecard') }}
where
    run_id = {{ run_id() }}
    and delivered_rows <> accepted_rows + quarantined_rows + duplicate_rows
union all
select
    declared.agency as agency_code,
    declared.feed,
    'no row' as what
from {{ source('ledger', 'feed') }} as declared
left join {{ ref('stored_data_quality_scorecard') }} as card
    on declared.agency = card.agency_code and declared.feed = card.feed and card.run_id = {{ run_id() }}
where
    declared.cadence <> 'occasional'
    and card.feed is null
