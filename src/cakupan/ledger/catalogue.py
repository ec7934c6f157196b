"""Queries of PostgreSQL's catalogue for all that decides, beside the rows, what readers see.

Each gives the name of an object and how it is defined, in words that a dump restores: no number that the server gives.
Left out are tables that a night makes anew (tonight_…), what dbt has under way, and indexes, which dbt names by the
clock.
"""

from __future__ import annotations


def _grants(column: str, kind: str, owner: str) -> str:
    """Return SQL for grants in one order, unsaid ones spelled out: a restored dump has them otherwise."""
    given = f"coalesce({column}, acldefault('{kind}', {owner}))"
    return f"array(select item::text from unnest({given}) as item order by 1)"  # noqa: S608 names of columns


# In PostgreSQL's own schemas, which are looked through before all others, whatever came after the server was made.
_FIXED = "('ledger', 'identity', 'quality', 'disclosure')"
_WITH = """
with own_schema as (
    select
        n.oid, n.nspname, n.nspowner, n.nspacl,
        case when n.nspname in ('pg_catalog', 'information_schema') then 16384 else 0 end as first_oid
    from pg_namespace as n
    where n.nspname !~ '^pg_(toast|temp)'
),

relation as (
    select c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
        c.reloptions
    from pg_class as c
    inner join own_schema as n on n.oid = c.relnamespace and c.oid >= n.first_oid
    where
        c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and not (c.relname ~ '^tonight_|__dbt_' and c.relowner::regrole::text = 'cakupan_transformer')
),

our_role as (
    select r.* from pg_roles as r
    where
        r.rolname !~ '^pg_'
        and (
            r.rolsuper or r.rolname ~ '^cakupan_' or r.rolbypassrls or r.rolcreaterole
            or exists (
                select from pg_roles as o
                where o.oid <> r.oid and o.rolname ~ '^(cakupan|pg)_' and o.rolname <> 'pg_database_owner'
                    and pg_has_role(r.oid, o.oid, 'member')
            )
        )
)
"""

_RELATIONS = f"""
select 'schema ' || nspname, format('owner %s, grants %s', nspowner::regrole, {_grants("nspacl", "n", "nspowner")})
from own_schema
union all
select
    format(
        '%s %s.%s',
        case relkind when 'v' then 'view' when 'm' then 'view' when 'S' then 'sequence' else 'table' end,
        nspname, relname
    ),
    format(
        'owner %s, grants %s, row security %s %s',
        relowner::regrole, {_grants("relacl", "r", "relowner")}, relrowsecurity, relforcerowsecurity
    )
    || coalesce(', options ' || case when relkind in ('v', 'm') then reloptions::text end, '')
    || case
        when relkind in ('v', 'm') then ', ' || pg_get_viewdef(relation.oid)
        when nspname in {_FIXED} and relkind <> 'S' then ', ' || (
            select string_agg(
                concat_ws(
                    ' ', a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                    'default ' || pg_get_expr(d.adbin, d.adrelid)
                ), ', ' order by a.attnum
            )
            from pg_attribute as a
            left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = relation.oid and a.attnum > 0 and not a.attisdropped
        )
        else ''
    end
    || coalesce(
        (select ', inherits ' || string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
        from pg_inherits as i where i.inhrelid = relation.oid), ''
    )
from relation
union all
select
    format('grants on columns of %s.%s', r.nspname, r.relname),
    string_agg(format('%s %s', a.attname, {_grants("a.attacl", "c", "r.relowner")}), ', ' order by a.attname)
from relation as r
inner join pg_attribute as a on a.attrelid = r.oid and a.attacl is not null
group by 1
union all
select format('grants on %s', c.oid::regclass), {_grants("c.relacl", "r", "c.relowner")}::text
from pg_class as c
left join pg_init_privs as given
    on given.objoid = c.oid and given.classoid = 'pg_class'::regclass and given.objsubid = 0
where c.relnamespace = 'pg_catalog'::regnamespace and c.oid < 16384 and c.relacl is distinct from given.initprivs
union all
select
    format('constraint %s on %s.%s', k.conname, r.nspname, r.relname),
    format('%s, validated %s', pg_get_constraintdef(k.oid), k.convalidated)
from pg_constraint as k
inner join relation as r on r.oid = k.conrelid and r.nspname in {_FIXED}
where k.contype <> 'n'
union all
select
    format('trigger %s on %s.%s', t.tgname, r.nspname, r.relname),
    format('%s, enabled %s', pg_get_triggerdef(t.oid), t.tgenabled)
from pg_trigger as t
inner join relation as r on r.oid = t.tgrelid
where not t.tgisinternal
union all
select
    format('triggers of constraints on %s.%s', r.nspname, r.relname),
    string_agg(format('enabled %s', t.tgenabled), ', ' order by t.tgenabled)
from pg_trigger as t
inner join relation as r on r.oid = t.tgrelid
where t.tgisinternal and t.tgenabled <> 'O'
group by 1
union all
select
    format('rule %s on %s.%s', w.rulename, r.nspname, r.relname),
    format('%s, enabled %s', pg_get_ruledef(w.oid), w.ev_enabled)
from pg_rewrite as w
inner join relation as r on r.oid = w.ev_class
where w.rulename <> '_RETURN'
union all
select
    format('policy %s on %s.%s', p.polname, r.nspname, r.relname),
    format(
        '%s %s %s %s %s', p.polpermissive,
        array(select pg_get_userbyid(o.oid) from unnest(p.polroles) as o (oid) order by 1),
        p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
    )
from pg_policy as p
inner join relation as r on r.oid = p.polrelid
"""  # noqa: S608

_FUNCTIONS = f"""
select
    format('function %s', p.oid::regprocedure),
    format('owner %s, grants %s, ', p.proowner::regrole, {_grants("p.proacl", "f", "p.proowner")})
    || case p.prokind
        when 'a' then (
            select concat_ws(
                ' ', 'aggregate', a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggtranstype::regtype, a.agginitval
            )
            from pg_aggregate as a where a.aggfnoid = p.oid
        )
        else pg_get_functiondef(p.oid)
    end
from pg_proc as p
inner join own_schema as n on n.oid = p.pronamespace and p.oid >= n.first_oid
union all
select format('grants on function %s', p.oid::regprocedure), {_grants("p.proacl", "f", "p.proowner")}::text
from pg_proc as p
left join pg_init_privs as given on given.objoid = p.oid and given.classoid = 'pg_proc'::regclass
where p.pronamespace = 'pg_catalog'::regnamespace and p.oid < 16384 and p.proacl is distinct from given.initprivs
union all
select
    format('type %s', t.oid::regtype),
    concat_ws(
        ' ', 'owner', t.typowner::regrole, t.typtype, nullif(t.typbasetype, 0)::regtype, t.typdefault,
        case when t.typnotnull then 'not null' end,
        (select string_agg(pg_get_constraintdef(k.oid), ', ' order by k.conname) from pg_constraint as k
        where k.contypid = t.oid)
    )
from pg_type as t
inner join own_schema as n on n.oid = t.typnamespace and t.oid >= n.first_oid
where t.typtype <> 'c' and t.typcategory <> 'A' or t.typtype = 'c' and t.typrelid in (
    select oid from pg_class where relkind = 'c'
)
union all
select
    format('operator %s', o.oid::regoperator),
    format('owner %s, %s, %s, %s', o.oprowner::regrole, o.oprcode, o.oprrest, o.oprjoin)
from pg_operator as o
where o.oid >= 16384
union all
select
    format('cast from %s to %s', c.castsource::regtype, c.casttarget::regtype),
    format('%s %s %s', nullif(c.castfunc, 0)::regprocedure, c.castcontext, c.castmethod)
from pg_cast as c
where c.oid >= 16384
union all
select pg_describe_object(made.classid, made.oid, 0), 'made after the server was'
from (
    select 'pg_opclass'::regclass as classid, oid from pg_opclass
    union all select 'pg_opfamily'::regclass, oid from pg_opfamily
    union all select 'pg_amop'::regclass, oid from pg_amop
    union all select 'pg_amproc'::regclass, oid from pg_amproc
    union all select 'pg_am'::regclass, oid from pg_am
    union all select 'pg_collation'::regclass, oid from pg_collation
    union all select 'pg_conversion'::regclass, oid from pg_conversion
    union all select 'pg_ts_dict'::regclass, oid from pg_ts_dict
    union all select 'pg_ts_config'::regclass, oid from pg_ts_config
    union all select 'pg_transform'::regclass, oid from pg_transform
    union all select 'pg_publication'::regclass, oid from pg_publication
) as made
where made.oid >= 16384
union all
select
    format('language %s', l.lanname),
    format(
        'owner %s, grants %s, trusted %s, %s', l.lanowner::regrole, {_grants("l.lanacl", "l", "l.lanowner")},
        l.lanpltrusted, l.lanplcallfoid::regprocedure
    )
from pg_language as l
union all
select format('extension %s', x.extname), format('owner %s, %s', x.extowner::regrole, x.extversion)
from pg_extension as x
union all
select
    format('foreign server %s', s.srvname),
    format(
        'owner %s, grants %s, %s, %s', s.srvowner::regrole, {_grants("s.srvacl", "S", "s.srvowner")}, w.fdwname,
        s.srvoptions
    )
from pg_foreign_server as s
inner join pg_foreign_data_wrapper as w on w.oid = s.srvfdw
union all
select format('foreign table %s', f.ftrelid::regclass), format('%s %s', s.srvname, f.ftoptions)
from pg_foreign_table as f
inner join pg_foreign_server as s on s.oid = f.ftserver
union all
select format('event trigger %s', e.evtname), format('%s %s %s', e.evtevent, e.evtfoid::regprocedure, e.evtenabled)
from pg_event_trigger as e
"""  # noqa: S608

# Of what PostgreSQL came with one line for each kind: some thousands of functions would be kept again each night.
_SERVER = """
select
    format('functions of PostgreSQL %s itself', current_setting('server_version_num')::int / 10000),
    encode(sha256(convert_to(string_agg(said, E'\\n' order by said collate "C"), 'UTF8')), 'hex')
from (
    select concat_ws(
        ' ', p.oid::regprocedure, p.proowner::regrole, l.lanname, p.prosrc, p.probin, p.prosqlbody is null,
        p.provolatile, p.proisstrict, p.prosecdef, p.proleakproof, p.prorettype::regtype, p.proconfig
    ) as said
    from pg_proc as p
    inner join pg_language as l on l.oid = p.prolang
    where p.pronamespace = 'pg_catalog'::regnamespace and p.oid < 16384
    union all
    select concat_ws(' ', o.oid::regoperator, o.oprcode, o.oprrest, o.oprjoin, o.oprcanhash, o.oprcanmerge)
    from pg_operator as o where o.oid < 16384
    union all
    select
        concat_ws(' ', c.castsource::regtype, c.casttarget::regtype, c.castfunc::regproc, c.castcontext, c.castmethod)
    from pg_cast as c where c.oid < 16384
    union all
    select concat_ws(' ', t.typname, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typsubscript)
    from pg_type as t where t.typnamespace = 'pg_catalog'::regnamespace and t.oid < 16384
    union all
    select concat_ws(' ', a.aggfnoid, a.aggtransfn, a.aggfinalfn, a.agginitval)
    from pg_aggregate as a where a.aggfnoid < 16384
    union all
    select concat_ws(' ', v.relname, pg_get_viewdef(v.oid))
    from pg_class as v
    where v.relnamespace = 'pg_catalog'::regnamespace and v.relkind = 'v' and v.oid < 16384
) as own
"""

_LOGINS = f"""
select
    format(
        'default grants of %s in schema %s on %s',
        d.defaclrole::regrole, coalesce(n.nspname, 'any'), d.defaclobjtype
    ),
    array(select item::text from unnest(d.defaclacl) as item order by 1)::text
from pg_default_acl as d
left join pg_namespace as n on n.oid = d.defaclnamespace
union all
select 'database', format('owner %s, grants %s', datdba::regrole, {_grants("datacl", "d", "datdba")})
from pg_database
where datname = current_database()
union all
select
    format('role %s', r.rolname),
    format(
        'superuser %s, inherits %s, creates roles %s, creates databases %s, logs in %s, replicates %s,'
        ' bypasses row security %s, connections %s, settings %s, member of %s',
        r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
        r.rolconnlimit, r.rolconfig,
        (
            select array_agg(m.roleid::regrole || case when m.admin_option then ' and gives it' else '' end order by 1)
            from pg_auth_members as m where m.member = r.oid
        )
    )
from our_role as r
union all
select
    format('settings of %s in this database', coalesce(nullif(s.setrole, 0)::regrole::text, 'every role')),
    s.setconfig::text
from pg_db_role_setting as s
where
    s.setdatabase = (select d.oid from pg_database as d where d.datname = current_database())
    or (s.setdatabase = 0 and s.setrole = 0)
union all
select format('setting %s', name), reset_val
from pg_settings
where name in ('session_replication_role', 'row_security')
union all
select 'setting cakupan.as_known_at', coalesce(nullif(current_setting('cakupan.as_known_at', true), ''), 'now')
"""  # noqa: S608

STATEMENT = _WITH + " union all ".join((_RELATIONS, _FUNCTIONS, _SERVER, _LOGINS))
