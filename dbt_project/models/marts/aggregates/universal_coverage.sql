{{ config(indexes=[{'columns': ['run_id', 'denominator_code'], 'unique': true}]) }}

with participant as (
    select
        count(*) filter (where is_city_participant) as active_participants,
        count(*) filter (where is_active_participant and not is_city_participant) as outside_city_participants
    from {{ ref('fct_coverage_daily') }}
    where run_id = {{ run_id() }}
),

construction as (
    select coalesce(sum(workers), 0)::bigint as jakon_headcount
    from {{ ref('jakon') }}
    where
        delivery_id in ({{ deliveries_in_force('bpjstk', 'jakon') }})
        and {{ as_of_date() }} between starts_on and ends_on
),

workforce as (
    {{ newest_year('angkatan_kerja', 'bps', 'sum(employed)::bigint') }}
),

eligible as (
    {{ newest_year(
        'semesta', 'bpjstk', 'sum(eligible_workers)::bigint',
        note="string_agg(letter_no || ' (' || " ~ tanggal('letter_date') ~ " || ')', ', ')"
    ) }}
),

target as (
    {{ newest_year('target', 'bpjstk', 'sum(target_participants)::bigint') }}
),

denominator as (
    select
        'SAKERNAS' as denominator_code,
        coalesce((select workforce.figure from workforce), 0) as denominator,
        coalesce(
            (select 'BPS, Sakernas ' || workforce.year || ': penduduk bekerja, semua lapangan usaha' from workforce),
            'BPS, Sakernas: belum ada data'
        ) as denominator_source
    union all
    select
        'SEMESTA_BPJS' as denominator_code,
        coalesce((select eligible.figure from eligible), 0) as denominator,
        coalesce(
            (select 'BPJS Ketenagakerjaan, semesta ' || eligible.year || ': surat ' || eligible.note from eligible),
            'BPJS Ketenagakerjaan, semesta: belum ada data'
        ) as denominator_source
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    denominator.denominator_code,
    denominator.denominator,
    denominator.denominator_source,
    participant.active_participants,
    {{ rate('participant.active_participants', 'denominator.denominator') }} as coverage_rate,
    participant.outside_city_participants,
    construction.jakon_headcount,
    coalesce((select target.figure from target), 0) as target_participants,
    greatest(coalesce((select target.figure from target), 0) - participant.active_participants, 0) as gap_to_target
from denominator
cross join participant
cross join construction
