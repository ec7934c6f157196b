"""What decides, beside the rows, what readers see: views, functions, grants, roles; and the program that makes them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from cakupan import settings
from cakupan.ledger import digests

DEFINITIONS = "definitions"
"""What the record calls them."""

_SOURCES = (settings.FEEDS, settings.EXPECTATIONS, settings.DBT_PROJECT, settings.DAGS, Path(__file__).parents[1])
_LOCK = settings.PROJECT / "requirements.lock"
_SBOM = settings.PROJECT / "sbom.cdx.json"
_MADE = {"__pycache__", "target", "logs"}
"""Folders that the program writes into its own."""


def _grants(column: str, kind: str, owner: str) -> str:
    """Return SQL for grants in one order, unsaid ones spelled out: a restored dump has them otherwise."""
    given = f"coalesce({column}, acldefault('{kind}', {owner}))"
    return f"array(select item::text from unnest({given}) as item order by 1)"  # noqa: S608 names of columns


# Left out are tables that a night makes anew (tonight_…), what dbt has under way, and indexes, which dbt names by the
# clock. A table's columns are told where no delivery can bring one more.
_STATEMENT = f"""
with own_schema as (
    select n.oid, n.nspname, n.nspowner, n.nspacl
    from pg_namespace as n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
),

relation as (
    select c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
        c.reloptions
    from pg_class as c
    inner join own_schema as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname !~ '^tonight_|__dbt_'
)

select 'schema ' || nspname, format('owner %s, grants %s', nspowner::regrole, {_grants("nspacl", "n", "nspowner")})
from own_schema
union all
select
    format('%s %s.%s', case relkind when 'v' then 'view' when 'm' then 'view' else 'table' end, nspname, relname),
    format(
        'owner %s, grants %s, row security %s %s',
        relowner::regrole, {_grants("relacl", "r", "relowner")}, relrowsecurity, relforcerowsecurity
    )
    || coalesce(', options ' || case when relkind in ('v', 'm') then reloptions::text end, '')
    || case
        when relkind in ('v', 'm') then ', ' || pg_get_viewdef(oid)
        when nspname in ('ledger', 'identity', 'quality') then ', ' || (
            select string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
            from pg_attribute as a
            where a.attrelid = oid and a.attnum > 0 and not a.attisdropped
        )
        else ''
    end
from relation
union all
select
    format('grants on columns of %s.%s', r.nspname, r.relname),
    string_agg(format('%s %s', a.attname, {_grants("a.attacl", "c", "r.relowner")}), ', ' order by a.attname)
from relation as r
inner join pg_attribute as a on a.attrelid = r.oid and a.attacl is not null
group by 1
union all
select
    format('function %s', p.oid::regprocedure),
    format(
        'owner %s, grants %s, %s',
        p.proowner::regrole, {_grants("p.proacl", "f", "p.proowner")}, pg_get_functiondef(p.oid)
    )
from pg_proc as p
inner join own_schema as n on n.oid = p.pronamespace
where p.prokind <> 'a'
union all
select format('grants on function %s', p.oid::regprocedure), {_grants("p.proacl", "f", "p.proowner")}::text
from pg_proc as p
left join pg_init_privs as given on given.objoid = p.oid and given.classoid = 'pg_proc'::regclass
where p.pronamespace = 'pg_catalog'::regnamespace and p.proacl is distinct from given.initprivs
union all
select
    format('trigger %s on %s.%s', t.tgname, r.nspname, r.relname),
    format('%s, enabled %s', pg_get_triggerdef(t.oid), t.tgenabled)
from pg_trigger as t
inner join relation as r on r.oid = t.tgrelid
where not t.tgisinternal
union all
select
    format('rule %s on %s.%s', w.rulename, r.nspname, r.relname),
    format('%s, enabled %s', pg_get_ruledef(w.oid), w.ev_enabled)
from pg_rewrite as w
inner join relation as r on r.oid = w.ev_class
where w.rulename <> '_RETURN'
union all
select
    format('policy %s on %s.%s', p.policyname, p.schemaname, p.tablename),
    format('%s %s %s %s %s', p.permissive, p.roles, p.cmd, p.qual, p.with_check)
from pg_policies as p
union all
select format('event trigger %s', e.evtname), format('%s %s %s', e.evtevent, e.evtfoid::regprocedure, e.evtenabled)
from pg_event_trigger as e
union all
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
        (select array_agg(m.roleid::regrole::text order by 1) from pg_auth_members as m where m.member = r.oid)
    )
from pg_roles as r
where r.rolname !~ '^pg_' and (r.rolsuper or r.rolname ~ '^cakupan_' or r.rolbypassrls or r.rolcreaterole)
"""  # noqa: S608


def definitions() -> sql.Composed:
    """Return the query of what decides what readers see, a row for each object: its name and how it is defined."""
    return sql.SQL("select object, definition from ({}) as said (object, definition)").format(sql.SQL(_STATEMENT))


def digest_of_definitions(connection: Connection[Any]) -> digests.Digest:
    """Return the digest of the definitions as they are, in the caller's transaction."""
    return digests.digest(connection, definitions())


def is_on_record(connection: Connection[Any]) -> bool:
    """Tell whether the newest publication recorded definitions; of all others nothing is read."""
    (recorded,) = connection.execute(
        "select body::jsonb -> 'standing' ? %s from ledger.entry where kind = 'publication'"
        " order by entry_no desc limit 1",
        (DEFINITIONS,),
    ).fetchone() or (False,)
    return bool(recorded)


def program() -> dict[str, str]:
    """Return hashes of the files that make the marts, by folder, and of the lists of what they are run with."""
    return {source.name: _hash_of(source) for source in (*_SOURCES, _LOCK, _SBOM)}


def _hash_of(source: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
        within = path.relative_to(settings.PROJECT)
        if path.is_file() and not _MADE & set(within.parts):
            digest.update(f"{within.as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
