-- Of one key of the reference data only one version holds on a day, and tariffs leave no day out.
with version as (
    select
        'bpu_tariff' as seed,
        concat_ws('|', funding_source_code, occupation_group, program_code) as key,
        valid_from,
        valid_to
    from {{ ref('bpu_tariff') }}
    union all
    select
        'construction_tariff' as seed,
        slice_no::text as key,
        valid_from,
        valid_to
    from {{ ref('construction_tariff') }}
    {%- for seed, key in [
        ('region', 'region_code'), ('sector', 'sector_code'), ('agency', 'agency_code'),
        ('funding_source', 'funding_source_code'), ('program', 'program_code'), ('segment', 'segment_code'),
        ('finding_rule', 'finding_code'), ('audit_threshold', 'threshold_code'), ('document_number', 'document_kind'),
        ('premium_code', 'code_kind || code'), ('recipient_category', 'worker_category'),
    ] %}
    union all
    select
        '{{ seed }}' as seed,
        {{ key }} as key,
        valid_from,
        valid_to
    from {{ ref(seed) }}
    {%- endfor %}
),

in_sequence as (
    select
        seed,
        key,
        valid_from,
        lag(valid_to) over (partition by seed, key order by valid_from) as previous_valid_to,
        lag(valid_from) over (partition by seed, key order by valid_from) as previous_valid_from
    from version
)

select *
from in_sequence
where
    previous_valid_from is not null
    and (
        coalesce(previous_valid_to, 'infinity') >= valid_from
        or (seed like '%tariff' and previous_valid_to + 1 <> valid_from)
    )
