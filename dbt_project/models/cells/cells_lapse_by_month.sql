select
    as_of_date,
    lapse_month,
    sum(participants)::bigint as participants
from {{ ref('lapse_calendar') }}
group by as_of_date, lapse_month
