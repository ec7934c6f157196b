-- How an auditor sees a person: by functions that enter who read, why and for which case in the record, in the
-- transaction that reads. Nothing else shows an auditor a NIK, a KPJ or a row as received.
-- They run as the loader, who may read these rows, under a fixed search path: not as the administrator, because
-- relations that they read belong to others.

-- The entry of one read; `what` names what is shown by key or address. Its number is not given back: one without an
-- entry is a reader who rolled back, of which verify tells, and whom the server's log names.
create or replace function identity.enter_read(who text, reason text, case_no text, what jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    read_no bigint;
begin
    if coalesce(btrim(who), '') = '' or coalesce(btrim(reason), '') = '' or coalesce(btrim(case_no), '') = '' then
        raise exception 'who reads of a person says who they are, why, and for which case';
    end if;
    read_no := nextval('identity.read_no_seq');
    raise log 'cakupan: read % of a person by %', read_no, session_user;
    return ledger.enter_read(who, reason, what || jsonb_build_object('case', btrim(case_no), 'read_no', read_no));
end
$$;

-- Who a worker_key of the marts is, with all their membership numbers.
create or replace function identity.person(who text, reason text, case_no text, worker uuid)
returns table (nik text, born_on date, sex text, kpj text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform identity.enter_read(who, reason, case_no, jsonb_build_object('person', worker));
    return query
        select
            known.nik, known.born_on, known.sex,
            array(
                select distinct number.kpj
                from warehouse.fct_membership as membership
                inner join identity.membership as number on membership.membership_key = number.membership_key
                where membership.worker_key = worker
                order by 1
            )
        from identity.worker as known
        where known.worker_key = worker;
end
$$;

-- The KPJs of findings UNRESOLVED_PARTICIPANT in the published nights; of one finding only where that is named.
create or replace function identity.unresolved_participants(
    who text, reason text, case_no text, finding text default null
)
returns table (
    as_of_date date, sp2d_no text, contribution_month text, amount_idr bigint, kpj text, finding_key text,
    evidence text[]
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform identity.enter_read(
        who, reason, case_no, jsonb_build_object('unresolved_participants', coalesce(finding, 'all'))
    );
    return query
        select
            shown.as_of_date, shown.sp2d_no, shown.contribution_month, shown.amount_idr, number.kpj, shown.finding_key,
            shown.evidence
        from warehouse.audit_findings as shown
        inner join ledger.published as published
            on shown.run_id = published.run_id and shown.as_of_date = published.as_of_date
        inner join identity.membership as number on shown.membership_key = number.membership_key
        where shown.finding_code = 'UNRESOLVED_PARTICIPANT' and (finding is null or shown.finding_key = finding);
end
$$;

-- A row as received, as the column evidence addresses it: every cell under its column.
create or replace function identity.received_row(
    who text, reason text, case_no text, delivery bigint, sheet text, row_number bigint
)
returns setof jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    place text;
begin
    select format('landing.%I', d.agency || '_' || d.feed) into place
    from ledger.delivery as d where d.delivery_id = delivery;
    perform identity.enter_read(who, reason, case_no, jsonb_build_object(
        'received_row', jsonb_build_object('delivery', delivery, 'sheet', sheet, 'row_number', row_number)
    ));
    if to_regclass(place) is not null then
        return query execute format(
            'select jsonb_strip_nulls(to_jsonb(landed)) from %s as landed'
            ' where landed.delivery_id = $1 and landed.sheet = $2 and landed.row_number = $3', to_regclass(place)
        ) using delivery, sheet, row_number;
    end if;
end
$$;

alter function identity.enter_read(text, text, text, jsonb) owner to cakupan_loader;
alter function identity.person(text, text, text, uuid) owner to cakupan_loader;
alter function identity.unresolved_participants(text, text, text, text) owner to cakupan_loader;
alter function identity.received_row(text, text, text, bigint, text, bigint) owner to cakupan_loader;
