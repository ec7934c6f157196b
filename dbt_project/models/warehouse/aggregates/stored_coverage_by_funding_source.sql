{{ config(indexes=[{'columns': ['run_id', 'funding_source_code'], 'unique': true}]) }}

with participant as (
    select
        funding_source_code,
        count(*) as active_participants
    from {{ tonight('stored_fct_coverage_daily') }}
    where
        run_id = {{ run_id() }}
        and is_city_participant
    group by funding_source_code
),

contribution as (
    select
        funding_source_code,
        sum(amount_idr)::bigint as contributions_ytd_idr
    from {{ ref('int_contribution_total') }}
    where
        validation_id in ({{ in_force('bpjstk', 'iuran') }})
        and contribution_month between '{{ as_of_year() }}01' and '{{ as_of_year() }}12'
        and paid_on <= {{ as_of_date() }}
    group by funding_source_code
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    funding_source_code,
    {{ known('coalesce(participant.active_participants, 0)', 'bpjstk.kepesertaan') }} as active_participants,
    {{ rate(
        'coalesce(participant.active_participants, 0)', '(select sum(every_source.active_participants) from participant as every_source)'
    ) }} as share_of_active,
    {{ known('coalesce(contribution.contributions_ytd_idr, 0)', 'bpjstk.iuran') }} as contributions_ytd_idr
from participant
full join contribution using (funding_source_code)
