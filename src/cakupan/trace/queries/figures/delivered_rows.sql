-- The newest delivery of the night and what was decided about its rows.
with newest as (
    select max(delivery_id) as delivery_id
    from ledger.delivery
    where agency = %(agency_code)s and feed = %(feed)s and business_date = %(as_of)s
)

select
    null as who,
    case %(figure)s
        when 'delivered_rows' then landing.landed_rows
        when 'accepted_rows' then validation.accepted_rows
        when 'quarantined_rows' then validation.quarantined_rows
        when 'duplicate_rows' then validation.duplicate_rows
    end as value,
    validation.delivery_id,
    null as sheet,
    null::bigint as row_number
from ledger.validation as validation
inner join newest on validation.delivery_id = newest.delivery_id
left join ledger.landing as landing on validation.delivery_id = landing.delivery_id
order by validation.validation_id desc
limit 1
