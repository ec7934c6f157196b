{{ config(indexes=[{'columns': ['run_id', 'agency_code', 'feed'], 'unique': true}]) }}

with delivered as (
    select distinct on (agency, feed) *
    from {{ source('ledger', 'current_validation') }}
    where business_date = {{ as_of_date() }}
    order by agency asc, feed asc, delivery_id desc
),

in_force as (
    select distinct
        agency,
        feed
    from {{ source('ledger', 'run_input') }}
    where run_id = {{ run_id() }}
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    declared.agency as agency_code,
    declared.feed,
    coalesce(delivered.delivered_rows, 0) as delivered_rows,
    coalesce(delivered.accepted_rows, 0) as accepted_rows,
    coalesce(delivered.quarantined_rows, 0) as quarantined_rows,
    coalesce(delivered.duplicate_rows, 0) as duplicate_rows,
    case
        when delivered.delivery_id is not null then delivered.delivery_status
        when in_force.feed is not null then 'LATE'
        else 'MISSING'
    end as delivery_status,
    delivered.received_at as delivered_at,
    delivered.sha256
from {{ source('ledger', 'feed') }} as declared
left join delivered on declared.agency = delivered.agency and declared.feed = delivered.feed
left join in_force on declared.agency = in_force.agency and declared.feed = in_force.feed
where declared.cadence <> 'occasional' or delivered.delivery_id is not null
