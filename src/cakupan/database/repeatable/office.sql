-- What an office sees of its own, in schema office. Its login is the role cakupan_office_<agency>; rows of others are kept
-- from it by row-level security on the tables themselves (grants.yml), which these views ask as whoever reads them.

-- The agencies whose office the reader is: of the roles that are offices', those that the reader is or is a member of.
create or replace function ledger.agencies_of_reader() returns setof text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select substr(r.rolname, length('cakupan_office_') + 1)
    from pg_roles as r
    where r.rolname like 'cakupan\_office\_%' and pg_has_role(current_user, r.oid, 'usage')
$$;

create or replace view office.delivery with (security_invoker = true) as
select
    d.delivery_id, d.agency, d.feed, d.business_date, d.original_name, d.size_bytes, d.sha256, d.received_at,
    v.validation_id, v.validated_at, v.delivery_status, v.reason_code, v.reason_id, v.reason_en,
    v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows
from ledger.delivery as d
left join lateral (
    select
        newest.validation_id, newest.validated_at, newest.delivery_status, newest.reason_code, newest.reason_id,
        newest.reason_en, newest.delivered_rows, newest.accepted_rows, newest.quarantined_rows, newest.duplicate_rows
    from ledger.validation as newest
    where newest.delivery_id = d.delivery_id
    order by newest.validation_id desc
    limit 1
) as v on true;
