-- Views and functions of the ledger that the warehouse and the library ask.

-- Column by column: a view that was made with * cannot be replaced once its table has grown.
create or replace view ledger.current_validation as
select distinct on (v.delivery_id)
    v.validation_id, v.delivery_id, v.validated_at, v.delivery_status, v.reason_code, v.reason_id, v.reason_en,
    v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows,
    d.agency, d.feed, f.cadence, d.business_date, d.sha256, d.original_name, d.received_at, v.median_on
from ledger.validation v
join ledger.delivery d using (delivery_id)
join ledger.feed f using (agency, feed)
order by v.delivery_id, v.validation_id desc;

-- Deliveries in force at a business date: the newest accepted one, or for increments the newest accepted of each date.
create or replace function ledger.in_force(as_of date)
returns table (agency text, feed text, delivery_id bigint, validation_id bigint, business_date date)
language sql stable as $$
    select distinct on (
        v.agency, v.feed, case when v.cadence = 'increment' then v.business_date end
    )
        v.agency, v.feed, v.delivery_id, v.validation_id, v.business_date
    from ledger.current_validation v
    where v.delivery_status = 'ACCEPTED' and v.business_date <= as_of
    order by
        v.agency, v.feed, case when v.cadence = 'increment' then v.business_date end,
        v.business_date desc, v.delivery_id desc
$$;

-- With cakupan.as_known_at set to a moment, what readers saw at that moment.
create or replace view ledger.published as
select distinct on (as_of_date) as_of_date, run_id, published_at
from ledger.publication
where published_at <= coalesce(nullif(current_setting('cakupan.as_known_at', true), '')::timestamptz, 'infinity')
order by as_of_date, publication_id desc;
