-- The headline, the sectors, the regions and the funding sources count the same persons.
with total as (
    select
        'headline' as relation,
        active_participants
    from {{ ref('stored_universal_coverage') }}
    where run_id = {{ run_id() }}
    union all
    select
        'sectors' as relation,
        coalesce(sum(active_participants), 0) as active_participants
    from {{ ref('stored_coverage_by_sector') }}
    where run_id = {{ run_id() }}
    union all
    select
        'regions' as relation,
        coalesce(sum(active_participants), 0) as active_participants
    from {{ ref('stored_coverage_by_region') }}
    where run_id = {{ run_id() }}
    union all
    select
        'funding sources' as relation,
        coalesce(sum(active_participants), 0) as active_participants
    from {{ ref('stored_coverage_by_funding_source') }}
    where run_id = {{ run_id() }}
)

select
    min(active_participants) as fewest,
    max(active_participants) as most
from total
having min(active_participants) <> max(active_participants)
