-- Versions of one key follow each other: neither gap nor overlap, valid_to being the last day of each, and no version says the
-- same as the one before it. So for all reference data with validity, and for workers as readers see them.
with worker as (
    select
        dim_worker.*,
        bool_or(not dim_worker.is_current) over (partition by dim_worker.worker_key) as has_changed
    from {{ ref('dim_worker') }} as dim_worker
),

version as (
    {%- for seed, key in [
        ('bpu_tariff', "concat_ws('|', funding_source_code, occupation_group, program_code)"),
        ('construction_tariff', 'slice_no::text'),
        ('region', 'region_code'), ('sector', 'sector_code'), ('agency', 'agency_code'),
        ('funding_source', 'funding_source_code'), ('program', 'program_code'), ('segment', 'segment_code'),
        ('finding_rule', 'finding_code'), ('audit_threshold', 'threshold_code'), ('document_number', 'document_kind'),
        ('premium_code', 'code_kind || code'), ('recipient_category', 'worker_category'),
        ('budget_source', 'budget_source'), ('roster_category', "roster || '|' || worker_category"),
    ] %}
    select
        '{{ seed }}' as relation,
        {{ key }} as key,
        versioned.valid_from,
        versioned.valid_to,
        to_jsonb(versioned) - '{valid_from,valid_to,source_note}'::text[] as content
    from {{ ref(seed) }} as versioned
    union all
    {%- endfor %}
    select
        'dim_worker' as relation,
        versioned.worker_key::text as key,
        versioned.valid_from,
        versioned.valid_to,
        jsonb_build_array(versioned.sex, versioned.age_band, versioned.region_code, versioned.sector_code) as content
    from worker as versioned
    -- With one version there is nothing to compare: that of nearly all workers need not be spelled out and sorted.
    where versioned.has_changed
),

in_sequence as (
    select
        version.*,
        lag(version.valid_from) over versions_of_key as previous_from,
        lag(version.valid_to) over versions_of_key as previous_to,
        lag(version.content) over versions_of_key as previous_content
    from version
    window versions_of_key as (partition by version.relation, version.key order by version.valid_from)
)

select
    relation,
    key,
    valid_from,
    valid_to,
    previous_to
from in_sequence
where
    valid_to < valid_from
    or (previous_from is not null and previous_to + 1 is distinct from valid_from)
    or content = previous_content
