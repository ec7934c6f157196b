-- How the record grows. Nobody may insert into ledger.entry: these functions give an entry its number, its time and
-- the login it came from, whoever calls them. They run as their owner, under a fixed search path.

-- The one text that says a JSON value: keys sorted, no blanks, no escapes that need not be; as entries.canonical writes it.
create or replace function ledger.canonical(value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return case jsonb_typeof(value)
        when 'object' then (
            select '{' || coalesce(
                string_agg(to_json(key)::text || ':' || ledger.canonical(item), ',' order by key collate "C"), ''
            ) || '}'
            from jsonb_each(value) as member (key, item)
        )
        when 'array' then (
            select '[' || coalesce(string_agg(ledger.canonical(item), ',' order by place), '') || ']'
            from jsonb_array_elements(value) with ordinality as element (item, place)
        )
        else value::text
    end;
end
$$;

-- Until the caller's transaction ends nobody else can enter anything: numbers are gapless and in the order of the commits.
create or replace function ledger.append(kind text, facts jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    number bigint;
    at timestamptz;
begin
    perform pg_advisory_xact_lock(hashtext('cakupan.ledger'));
    select coalesce(max(entry.entry_no), -1) + 1, clock_timestamp() into number, at from ledger.entry as entry;
    insert into ledger.entry (entry_no, recorded_at, kind, body)
    values (number, at, kind, ledger.canonical(facts || jsonb_build_object(
        'kind', kind,
        'login', session_user,
        'recorded_at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )));
    return number;
end
$$;

-- To be the next who enters something. A reader who reads of a person and leaves that open holds the record, and with it
-- the night: the sessions of such readers are ended, and what they read has no entry, which verify tells.
create or replace function ledger.hold_record(patience text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    held constant bigint := hashtext('cakupan.ledger');
    before constant text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', patience, true);
    loop
        begin
            perform pg_advisory_xact_lock(held);
            perform set_config('lock_timeout', before, true);
            return;
        exception when lock_not_available then
            perform pg_terminate_backend(l.pid)
            from pg_locks as l
            join pg_stat_activity as a on a.pid = l.pid
            where
                l.locktype = 'advisory' and l.granted and l.objsubid = 1
                and l.database = (select d.oid from pg_database as d where d.datname = current_database())
                and l.classid::bigint = (held >> 32) & 4294967295 and l.objid::bigint = held & 4294967295
                and a.usename not in ('cakupan_loader', 'cakupan_transformer', current_user);
            perform set_config('lock_timeout', '1s', true);  -- of those who waited behind it
        end;
    end loop;
end
$$;

-- The entry of a read. What is said of it must be what `verify` can read again: an object, and short; PostgreSQL would
-- also keep a number of a hundred thousand digits.
create or replace function ledger.enter_read(who text, reason text, what jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if coalesce(btrim(who), '') = '' or coalesce(btrim(reason), '') = '' then
        raise exception 'who reads personal rows says who they are and why';
    end if;
    if jsonb_typeof(what) is distinct from 'object' or octet_length(who || reason || what::text) > 4000 then
        raise exception 'what was read, by whom and why is said in an object and two texts, of 4000 bytes at most';
    end if;
    return ledger.append('read', jsonb_build_object('who', btrim(who), 'reason', btrim(reason), 'what', what));
end
$$;

-- That somebody was shown personal rows, in the transaction that reads them. `who` is what they say of themselves.
-- The number of a read of a person is given by identity.enter_read alone: else a reader who rolled back could give the
-- number to another entry, and nobody would miss it.
create or replace function ledger.record_read(who text, reason text, what jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if what ? 'read_no' then
        raise exception 'the number of a read is not the reader''s to say';
    end if;
    return ledger.enter_read(who, reason, what);
end
$$;

-- The quarantined rows of a delivery as the newest validation left them, cells included: on record before they are shown.
create or replace function ledger.quarantined_rows(delivery bigint, who text, reason text)
returns table (sheet text, row_number bigint, rules text [], cells jsonb)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    feed text;
    validation bigint;
begin
    select d.agency || '_' || d.feed, max(v.validation_id)
    into feed, validation
    from ledger.delivery as d
    join ledger.validation as v using (delivery_id)
    where d.delivery_id = delivery
    group by 1;
    if feed is null then
        raise exception 'delivery % was not validated', delivery;
    end if;
    perform ledger.record_read(who, reason, jsonb_build_object('delivery_id', delivery, 'quarantine', feed));
    return query execute format(
        'select q.sheet, q.row_number, q.rules, to_jsonb(q) - array[''validation_id'', ''delivery_id'', ''sheet'','
        ' ''row_number'', ''verdict'', ''rules''] from quarantine.%I as q'
        ' where q.validation_id = $1 and q.verdict = ''quarantined'' order by 1, 2', feed
    ) using validation;
end
$$;
