{{ config(
    materialized='changes',
    keyed_by=['membership_key'],
    meta={'feed': 'bpjstk.kepesertaan', 'distributed_by': 'worker_key'},
    indexes=[{'columns': ['validation_id', 'membership_key'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

with delivered as (
    select *
    from {{ ref('kepesertaan') }}
    where delivery_id in ({{ deliveries_to_load(history=true) }})
)

select
    delivered.validation_id,
    delivered.delivery_id,
    delivered.sheet,
    delivered.row_number,
    delivered.business_date,
    delivered.membership_key,
    delivered.worker_key,
    delivered.segment_code,
    delivered.npp,
    delivered.sector_code,
    delivered.program_codes,
    delivered.funding_source_code,
    delivered.status,
    delivered.active_from,
    delivered.inactive_from,
    delivered.region_code,
    row_number() over (
        partition by delivered.validation_id, delivered.worker_key
        order by segment.precedence, delivered.active_from, membership.place
    )::integer as precedence
from delivered
inner join {{ ref('segment') }} as segment on delivered.segment_code = segment.segment_code
inner join {{ source('keyed', 'membership') }} as membership on delivered.membership_key = membership.membership_key
