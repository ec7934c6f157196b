select
    as_of_date,
    event_id,
    event_date,
    place,
    false as is_total,
    attendees,
    already_participants,
    converted
from {{ ref('outreach_conversion') }}
union all
select
    as_of_date,
    'SEMUA' as event_id,
    null::date as event_date,
    null as place,
    true as is_total,
    sum(attendees)::bigint as attendees,
    sum(already_participants)::bigint as already_participants,
    sum(converted)::bigint as converted
from {{ ref('outreach_conversion') }}
group by as_of_date
