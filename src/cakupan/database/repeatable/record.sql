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

-- That somebody was shown personal rows, in the transaction that reads them. `who` is what they say of themselves.
create or replace function ledger.record_read(who text, reason text, what jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if btrim(who) = '' or btrim(reason) = '' then
        raise exception 'who reads personal rows says who they are and why';
    end if;
    return ledger.append('read', jsonb_build_object('who', btrim(who), 'reason', btrim(reason), 'what', what));
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
