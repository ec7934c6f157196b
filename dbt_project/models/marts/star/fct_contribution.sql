with night as (
    select
        run_id,
        as_of_date
    from {{ source('ledger', 'published') }}
    order by as_of_date desc
    limit 1
),

owner as (
    select distinct on (change.membership_key)
        change.membership_key,
        change.worker_key
    from {{ ref('int_membership_owner') }} as change
    inner join night on {{ owner_rows_of('change', 'night.run_id') }}
    where change.business_date <= night.as_of_date
    order by change.membership_key asc, change.business_date desc
)

select
    line.transaction_no,
    line.billing_code,
    line.membership_key,
    owner.worker_key,
    line.contribution_month,
    line.program_code,
    line.funding_source_code,
    line.amount_idr,
    line.paid_on,
    line.business_date,
    {{ as_readers_see('line', 'delivery_id') }},
    {{ as_readers_see('line', 'sheet') }},
    {{ as_readers_see('line', 'row_number') }},
    {{ as_readers_see('line', 'row_reference') }}
from {{ ref('int_contribution') }} as line
left join owner on line.membership_key = owner.membership_key
where line.validation_id {{ one_of() }}(
    select run_input.validation_id
    from {{ source('ledger', 'run_input') }} as run_input
    where run_input.run_id = (select night.run_id from night)
){{ ')' if on_citus() }}
