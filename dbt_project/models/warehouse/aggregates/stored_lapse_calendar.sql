{{ config(indexes=[{'columns': ['run_id', 'lapse_month', 'funding_source_code'], 'unique': true}]) }}

with membership as (
    select
        delivered.membership_key,
        delivered.worker_key,
        delivered.funding_source_code
    from {{ tonight('stored_fct_membership') }} as delivered
    where
        delivered.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and delivered.segment_code = 'BPU'
        and {{ is_active_membership('delivered') }}
),

last_paid as (
    {{ last_paid_months('membership') }}
),

-- The membership ends when more than three months in a row are unpaid.
lapsing as (
    select
        membership.worker_key,
        membership.funding_source_code,
        {{ month_after('last_paid.contribution_month', 4) }} as lapse_month
    from membership
    inner join last_paid using (membership_key)
    where last_paid.contribution_month is not null
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    lapse_month,
    funding_source_code,
    count(distinct worker_key) as participants
from lapsing
group by lapse_month, funding_source_code
