{{ config(
    materialized='changes',
    keyed_by=['npp'],
    indexes=[{'columns': ['run_id', 'npp'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

with membership as (
    select
        delivered.npp,
        delivered.sector_code,
        delivered.active_from,
        delivered.worker_key,
        {{ is_active_membership('delivered') }} as is_active
    from {{ tonight('stored_fct_membership') }} as delivered
    where
        delivered.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and delivered.npp is not null
)

select
    {{ run_id() }}::bigint as run_id,
    npp,
    mode() within group (order by sector_code) as sector_code,
    min(active_from) as first_active_from,
    count(*) filter (where is_active) as active_memberships,
    count(distinct worker_key) filter (where is_active) as active_workers
from membership
group by npp
