-- What each outreach event brought: who came, who was covered before, who joined within 90 days.
with events as (
    select
        'ACARA' as part,
        event_id as code,
        place as name,
        event_date,
        attendees,
        already_participants,
        converted
    from marts.outreach_conversion
    where as_of_date = %(night)s
),

total as (
    select
        'JUMLAH' as part,
        'SEMUA' as code,
        null as name,
        null::date as event_date,
        sum(attendees) as attendees,
        sum(already_participants) as already_participants,
        sum(converted) as converted
    from events
),

both_parts as (
    select * from events
    union all
    select * from total
)

select
    part,
    code,
    name,
    event_date,
    attendees,
    already_participants,
    converted,
    round(converted::numeric / nullif(attendees - already_participants, 0), 6) as converted_rate
from both_parts
order by part, event_date
