select
    scorecard.as_of_date,
    scorecard.agency_code,
    scorecard.feed,
    scorecard.delivered_rows,
    scorecard.accepted_rows,
    scorecard.quarantined_rows,
    scorecard.duplicate_rows,
    scorecard.delivery_status,
    scorecard.delivered_at,
    scorecard.sha256
from {{ ref('data_quality_scorecard') }} as scorecard
where scorecard.agency_code in (select ledger.agencies_of_reader())
