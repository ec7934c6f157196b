{{ config(indexes=[{'columns': ['run_id', 'denominator_code'], 'unique': true}]) }}

with participant as (
    select
        count(*) filter (where is_city_participant) as active_participants,
        count(*) filter (where is_active_participant and not is_city_participant) as outside_city_participants
    from {{ tonight('stored_fct_coverage_daily') }}
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
        (select workforce.figure from workforce) as denominator,
        coalesce(
            (select 'BPS, Sakernas ' || workforce.year || ': penduduk bekerja, semua lapangan usaha' from workforce),
            case
                when {{ is_delivered('bps', 'angkatan_kerja') }}
                    then 'BPS, Sakernas: belum ada data untuk tahun ini atau sebelumnya'
                else 'BPS, Sakernas: belum pernah ada kiriman bps.angkatan_kerja'
            end
        ) as denominator_source
    union all
    select
        'SEMESTA_BPJS' as denominator_code,
        (select eligible.figure from eligible) as denominator,
        coalesce(
            (select 'BPJS Ketenagakerjaan, semesta ' || eligible.year || ': surat ' || eligible.note from eligible),
            case
                when {{ is_delivered('bpjstk', 'semesta') }}
                    then 'BPJS Ketenagakerjaan, semesta: belum ada data untuk tahun ini atau sebelumnya'
                else 'BPJS Ketenagakerjaan, semesta: belum pernah ada kiriman bpjstk.semesta'
            end
        ) as denominator_source
),

figure as (
    select
        denominator.*,
        {{ known('participant.active_participants', 'bpjstk.kepesertaan') }} as active_participants,
        {{ known('participant.outside_city_participants', 'bpjstk.kepesertaan') }} as outside_city_participants,
        {{ known('construction.jakon_headcount', 'bpjstk.jakon') }} as jakon_headcount,
        (select target.figure from target) as target_participants
    from denominator
    cross join participant
    cross join construction
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    denominator_code,
    denominator,
    denominator_source,
    active_participants,
    {{ rate('active_participants', 'denominator') }} as coverage_rate,
    outside_city_participants,
    jakon_headcount,
    target_participants,
    {{ gap('target_participants', 'active_participants') }} as gap_to_target
from figure
