-- Changing relations that somebody may be reading. A reader who leaves a transaction open holds what was read; a change
-- would wait for that reader without end, and everybody who comes later waits behind the change. So a change waits two
-- seconds at most, lets the others pass, tries again, and in the end names who holds the relation.

-- Sessions that hold a lock on one of the relations; query texts and addresses are left out.
create or replace function ledger.holders(relations text [])
returns table (pid integer, told text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select
        a.pid,
        format(
            'session %s of %s (application %s, %s, its transaction open since %s) holds %s',
            a.pid, coalesce(a.usename, 'nobody'),
            coalesce(nullif(regexp_replace(a.application_name, '[^[:print:]]|"', '', 'g'), ''), 'without a name'),
            coalesce(a.state, a.backend_type, 'state unknown'),
            coalesce(to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), 'an unknown time'),
            string_agg(distinct l.relation::regclass::text, ', ')
        )
    from pg_locks as l
    join pg_stat_activity as a on a.pid = l.pid
    where
        l.relation in (select to_regclass(relation) from unnest(relations) as relation)
        and l.database = (select d.oid from pg_database as d where d.datname = current_database())
        and l.granted and l.pid <> pg_backend_pid()
    group by a.pid, a.usename, a.application_name, a.state, a.backend_type, a.xact_start
    order by a.xact_start
$$;

-- Runs the statements, all or none, without ever holding up a reader of the relations for long. Error CKP01 names who
-- holds them when the last try is over.
create or replace function ledger.patiently(statements text [], relations text [])
returns void
language plpgsql as $$
declare
    patience constant text := '2s';
    pauses constant double precision[] := array[0.5, 1, 2, 4];
    statement text;
    holders text;
begin
    for try in 1..cardinality(pauses) + 1 loop
        begin
            perform set_config('lock_timeout', patience, true);
            foreach statement in array statements loop
                execute statement;
            end loop;
            perform set_config('lock_timeout', '0', true);
            return;
        exception when lock_not_available or deadlock_detected then
            -- What this try had locked is free again: the readers behind it go on.
            if try <= cardinality(pauses) then
                perform pg_sleep(pauses[try]);
            end if;
        end;
    end loop;
    select string_agg(h.told, '; ') into holders from ledger.holders(relations) as h;
    raise exception using
        errcode = 'CKP01',
        message = format(
            '%s could not be changed, because %s. Have that transaction ended, or end the session with'
            ' pg_terminate_backend, then run the night again',
            array_to_string(relations, ', '), coalesce(holders, 'another session held it until just now')
        );
end
$$;

-- Views, of whomever, that read the relation, directly or through other views.
create or replace function ledger.dependants(relation text)
returns table (view_name text, owner text)
language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive reading as (
        select to_regclass(relation)::oid as oid
        union
        select rule.ev_class
        from reading
        join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = reading.oid
        join pg_rewrite as rule on d.classid = 'pg_rewrite'::regclass and rule.oid = d.objid
    )
    select c.oid::regclass::text, pg_get_userbyid(c.relowner)
    from reading
    join pg_class as c using (oid)
    where c.oid <> to_regclass(relation)
    order by 1
$$;
