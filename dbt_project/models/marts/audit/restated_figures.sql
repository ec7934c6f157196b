{%- set relations = [
    (ref('stored_universal_coverage'), 'universal_coverage', ['denominator_code']),
    (ref('stored_coverage_by_sector'), 'coverage_by_sector', ['sector_code']),
    (ref('stored_coverage_by_funding_source'), 'coverage_by_funding_source', ['funding_source_code']),
    (ref('stored_coverage_by_agency'), 'coverage_by_agency', ['agency_code', 'worker_category']),
    (ref('stored_coverage_by_region'), 'coverage_by_region', ['region_code']),
    (ref('stored_lapse_calendar'), 'lapse_calendar', ['lapse_month', 'funding_source_code']),
    (history('stored_aid_eligibility'), 'aid_eligibility', ['application_no']),
    (ref('stored_construction_compliance'), 'construction_compliance', ['project_id']),
    (ref('stored_outreach_conversion'), 'outreach_conversion', ['event_id']),
    (ref('stored_commitment_progress'), 'commitment_progress', ['agency_code', 'commitment']),
    (
        ref('stored_dbhcht_reconciliation'), 'dbhcht_reconciliation',
        ['fiscal_year', 'skpd_code', 'sub_activity_code', 'account_code']
    ),
    (history('stored_dbhcht_lineage'), 'dbhcht_lineage', ['sp2d_no', 'worker_key', 'membership_key', 'contribution_month']),
    (ref('stored_audit_findings'), 'audit_findings', ['finding_code', 'finding_key']),
    (ref('stored_audit_observations'), 'audit_observations', ['finding_code', 'finding_key']),
] %}

-- Publications of a night after its first, each with the run that readers saw before.
with publication as (
    select
        as_of_date,
        run_id,
        published_at,
        lag(run_id) over publications_of_night as run_before,
        lag(published_at) over publications_of_night as published_before_at
    from {{ source('ledger', 'publication') }}
    window publications_of_night as (partition by as_of_date order by publication_id)
),

republished as (
    select
        as_of_date,
        run_id,
        published_at,
        run_before,
        published_before_at
    from publication
    where run_before is not null
),

-- Deliveries, or decisions about them, that the later run rests on and the earlier one did not.
cause as (
    select
        republished.run_id,
        input.agency || '.' || input.feed as feed,
        input.agency || '.' || input.feed || ' ' || input.business_date || ' #' || input.delivery_id as delivery
    from republished
    inner join {{ source('ledger', 'run_input') }} as input on republished.run_id = input.run_id
    where not exists (
        select 1
        from {{ source('ledger', 'run_input') }} as earlier
        where earlier.run_id = republished.run_before and earlier.validation_id = input.validation_id
    )
),

changed as (
    {%- for relation, name, key in relations %}
    {{ restated(relation, name, key) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

source_feed (relation, feed) as (
    values
    {%- for _, name, _ in relations %}
    {%- set outer = loop %}
    {%- for feed in feeds_behind('stored_' ~ name) %}
    ('{{ name }}', '{{ feed }}'){{ ',' if not (outer.last and loop.last) }}
    {%- else %}
    ('{{ name }}', null){{ ',' if not outer.last }}
    {%- endfor %}
    {%- endfor %}
),

cause_of_relation as (
    select
        cause.run_id,
        source_feed.relation,
        array_agg(cause.delivery order by cause.delivery) as deliveries
    from cause
    inner join source_feed on cause.feed = source_feed.feed
    group by cause.run_id, source_feed.relation
)

select
    republished.as_of_date,
    changed.relation,
    changed.row_key,
    changed.figure,
    changed.value_before,
    changed.value_after,
    -- Only what is written as a number has a difference.
    case
        when
            coalesce(changed.value_before, '0') ~ '^-?[0-9]+(\.[0-9]+)?$'
            and coalesce(changed.value_after, '0') ~ '^-?[0-9]+(\.[0-9]+)?$'
            then coalesce(changed.value_after, '0')::numeric - coalesce(changed.value_before, '0')::numeric
    end as difference,
    republished.published_before_at,
    republished.published_at,
    coalesce(cause_of_relation.deliveries, '{}') as deliveries
from changed
inner join republished on changed.run_id = republished.run_id
left join cause_of_relation
    on
        changed.run_id = cause_of_relation.run_id
        and changed.relation = cause_of_relation.relation
