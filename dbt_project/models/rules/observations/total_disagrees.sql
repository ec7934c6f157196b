with remarked as (
    select
        input.agency,
        input.feed,
        input.delivery_id,
        remark.column_name,
        remark.amount_idr,
        remark.expected_idr,
        remark.actual_idr,
        remark.detail_id
    from {{ source('quality', 'remark') }} as remark
    inner join {{ source('ledger', 'run_input') }} as input
        on remark.validation_id = input.validation_id and input.run_id = {{ run_id() }}
    where remark.remark_code = 'TOTAL_DISAGREES'
),

-- The rows that state totals of the column.
stated as (
    select
        landing.delivery_id,
        total.value ->> 'column' as column_name,
        array_agg(
            landing.delivery_id || ':' || (total.value ->> 'sheet') || ':' || (total.value ->> 'row')
            order by total.value ->> 'sheet', (total.value ->> 'row')::bigint
        ) as evidence
    from {{ source('ledger', 'landing') }} as landing
    cross join lateral jsonb_array_elements(landing.totals) as total (value)
    where landing.delivery_id in (select remarked.delivery_id from remarked)
    group by 1, 2
)

select
    remarked.detail_id as subject,
    remarked.amount_idr,
    remarked.agency || '.' || remarked.feed || ': ' || remarked.detail_id as explanation,
    stated.evidence,
    remarked.expected_idr,
    remarked.actual_idr
from remarked
inner join stated on remarked.delivery_id = stated.delivery_id and remarked.column_name = stated.column_name
