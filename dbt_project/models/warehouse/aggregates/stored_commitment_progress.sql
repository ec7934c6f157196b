{{ config(indexes=[{'columns': ['run_id', 'agency_code', 'commitment'], 'unique': true}]) }}

{%- set phrase = 'Jaminan Sosial Ketenagakerjaan' %}
{%- set measurable = (rosters().split() + ['disnaker.penerima_dbhcht']) | join(' ') %}

with roster as (
    select
        roster.roster,
        {{ known(
            'count(distinct roster.worker_key) filter (where coverage.is_active_participant)', 'bpjstk.kepesertaan'
        ) }} as active_participants
    from {{ tonight('stored_fct_roster') }} as roster
    inner join {{ tonight('stored_fct_coverage_daily') }} as coverage
        on
            roster.worker_key = coverage.worker_key
            and coverage.run_id = {{ run_id() }}
    where roster.run_id = {{ run_id() }}
    group by roster.roster
),

regulation as (
    select {{ known('count(*)', 'hukum.regulasi') }} as in_effect
    from {{ ref('regulasi') }}
    where
        delivery_id in ({{ deliveries_in_force('hukum', 'regulasi') }})
        and status = 'Berlaku'
        and position('{{ phrase }}' in title) > 0
),

measured as (
    select
        commitment.agency_code,
        commitment.commitment,
        commitment.indicator,
        commitment.target,
        commitment.due_date,
        case
            when commitment.agency_code = 'hukum' then regulation.in_effect
            {%- for feed in measurable.split() %}
            when commitment.roster = '{{ feed }}'
                then {{ known('coalesce(roster.active_participants, 0)', 'bpjstk.kepesertaan ' ~ feed) }}
            {%- endfor %}
        end as actual
    from {{ ref('stored_fct_commitment') }} as commitment
    cross join regulation
    left join roster on commitment.roster = roster.roster
    where commitment.validation_id in ({{ in_force('perekonomian', 'rencana_kerja') }})
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    agency_code,
    commitment,
    indicator,
    target,
    actual,
    {{ rate('actual', 'target') }} as progress,
    due_date
from measured
