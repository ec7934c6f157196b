"""Makes the database equal to grants.yml, and tells where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from cakupan.database import row_security
from cakupan.database.declared_grants import EVERY, OFFICES, PREFIX, PUBLIC, Declared, Login, declared

Grant = tuple[str, str]
"""Who, and what they may do."""

# Every object with each of its grants, those of its owner left out and unsaid ones spelled out: kind, name as it is
# written in SQL, schema, name alone, owner, grantee, privilege. An object without grants has one row with neither.
_OBJECTS = """
with object (kind, written, place, name, owner, acl, own) as (
    select 'database', quote_ident(datname), '', datname, datdba, datacl, acldefault('d', datdba)
    from pg_database where datname = current_database()
    union all
    select 'schema', quote_ident(nspname), nspname, '', nspowner, nspacl, acldefault('n', nspowner)
    from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
    union all
    select
        case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass::text, n.nspname, c.relname,
        c.relowner, c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    union all
    select
        'routine', p.oid::regprocedure::text, n.nspname, p.proname, p.proowner, p.proacl, acldefault('f', p.proowner)
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    union all
    select
        'routine', p.oid::regprocedure::text, 'pg_catalog', p.proname, p.proowner, p.proacl,
        coalesce(i.initprivs, acldefault('f', p.proowner))
    from pg_proc as p
    left join pg_init_privs as i on i.objoid = p.oid and i.classoid = 'pg_proc'::regclass
    where
        p.pronamespace = 'pg_catalog'::regnamespace
        and (p.proacl is distinct from i.initprivs or p.proname ~ %(withheld)s)
    union all
    select
        'table', c.oid::regclass::text, 'pg_catalog', c.relname, c.relowner, c.relacl,
        coalesce(i.initprivs, acldefault('r', c.relowner))
    from pg_class as c
    left join pg_init_privs as i on i.objoid = c.oid and i.classoid = 'pg_class'::regclass and i.objsubid = 0
    where c.relnamespace = 'pg_catalog'::regnamespace and c.relacl is distinct from i.initprivs
)
select
    o.kind, o.written, o.place, o.name, pg_get_userbyid(o.owner),
    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end, g.privilege_type,
    case b.grantee when 0 then 'public' else pg_get_userbyid(b.grantee) end, b.privilege_type
from object as o
left join lateral aclexplode(coalesce(o.acl, o.own)) as g on g.grantee <> o.owner
left join lateral aclexplode(o.own) as b on o.place = 'pg_catalog' and b.grantee <> o.owner
"""
_COLUMNS = """
select a.attrelid::regclass::text, quote_ident(a.attname),
    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end, g.privilege_type
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
cross join lateral aclexplode(a.attacl) as g
"""
_DEFAULTS = """
select pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''), d.defaclobjtype::text,
    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end, g.privilege_type
from pg_default_acl as d
left join pg_namespace as n on n.oid = d.defaclnamespace
left join lateral aclexplode(d.defaclacl) as g on g.grantee <> d.defaclrole
"""
_ROLES = """
select
    r.rolname, r.rolcanlogin, r.rolconnlimit, coalesce(s.setconfig, '{}'),
    array(select m.roleid::regrole::text from pg_auth_members as m where m.member = r.oid),
    r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls or not r.rolinherit
from pg_roles as r
left join pg_db_role_setting as s on s.setrole = r.oid and s.setdatabase = 0
where r.rolname ~ '^cakupan_'
"""
_IN_THIS_DATABASE = """
select r.rolname, array_to_string(s.setconfig, ', '), d.datname
from pg_db_role_setting as s
join pg_roles as r on r.oid = s.setrole and r.rolname ~ '^cakupan_'
join pg_database as d on d.oid = s.setdatabase and d.datname = current_database()
"""
_KINDS = {"r": "tables", "f": "functions", "S": "sequences", "T": "types", "n": "schemas"}


@dataclass(frozen=True)
class Difference:
    """Something that is otherwise than declared, in words, and the statement that mends it."""

    told: str
    mends: sql.Composed | None
    """None where a person is to decide."""


def apply(connection: Connection[Any]) -> None:
    """Make the database and the roles equal to the file, in the caller's transaction; needs the administrator."""
    for _ in range(2):  # a role that is made has limits to be given
        _mend(connection, differences(connection))
    for schema, table, _ in list(row_security.unprotected(connection, declared())):
        row_security.protect(connection, schema, table)


def limit_logins(connection: Connection[Any]) -> None:
    """Give each role the settings of the file again: whoever logs in as one may change what it is set to."""
    for role, _, _, settings, *_ in connection.execute(_ROLES).fetchall():
        if wanted := declared().login(role):
            _mend(connection, list(_settings(role, wanted, list(settings))))
    _mend(connection, list(_set_in_this_database(connection)))


def limit_role(connection: Connection[Any], name: str) -> None:
    """Give one role the limits and memberships of the file."""
    _mend(connection, list(_of_roles(connection, declared(), name)))


def give_own(connection: Connection[Any]) -> None:
    """Have relations that this login has made grant what their names are to grant; they are born with what stands at
    `every`. In the caller's transaction."""
    (me,) = connection.execute("select current_user").fetchone() or ("",)
    _mend(connection, list(_of_objects(connection, declared(), me)))


def differences(connection: Connection[Any]) -> list[Difference]:
    """List in what the database and the roles are not as the file says; nothing where they are equal."""
    said = declared()
    return [
        *_of_roles(connection, said),
        *_set_in_this_database(connection),
        *_of_objects(connection, said),
        *_of_columns(connection),
        *_of_defaults(connection, said),
        *(
            Difference(f"table {schema}.{table} {told}", None)
            for schema, table, told in row_security.unprotected(connection, said)
        ),
    ]


def _mend(connection: Connection[Any], found: list[Difference]) -> None:
    for difference in found:
        if difference.mends:
            connection.execute(difference.mends)


def _of_roles(connection: Connection[Any], said: Declared, only: str | None = None) -> Iterator[Difference]:
    known = [row for row in connection.execute(_ROLES) if only in (None, row[0])]
    names = {role for role, *_ in known}
    for name in said.roles:
        if only is None and PREFIX + name not in names:
            yield Difference(f"there is no role {PREFIX + name}", sql.SQL("create role {}").format(_id(PREFIX + name)))
    for role, logs_in, connections, settings, member_of, may_more in known:
        wanted = said.login(role)
        if wanted is None:
            yield Difference(f"role {role} is not declared", None)
            continue
        yield from _limits(role, wanted, logs_in, connections, list(settings))
        if may_more:
            yield Difference(
                f"role {role} has attributes beyond those of a login",
                sql.SQL("alter role {} nosuperuser nocreaterole nocreatedb noreplication nobypassrls inherit").format(
                    _id(role)
                ),
            )
        groups = {OFFICES} if role.startswith(f"{OFFICES}_") else set()
        for group in sorted(groups ^ set(member_of)):
            statement = "grant {} to {}" if group in groups else "revoke {} from {}"
            yield Difference(
                f"role {role} {'lacks' if group in groups else 'has'} the rights of {group}",
                sql.SQL(statement).format(_id(group), _id(role)),
            )


def _limits(role: str, wanted: Login, logs_in: bool, connections: int, settings: list[str]) -> Iterator[Difference]:
    if (logs_in, connections) != (wanted.login, wanted.connections):
        yield Difference(
            f"role {role} may log in: {logs_in}, {connections} times at once; declared: {wanted.login},"
            f" {wanted.connections}",
            sql.SQL("alter role {} {} connection limit {}").format(
                _id(role), sql.SQL("login" if wanted.login else "nologin"), wanted.connections
            ),
        )
    yield from _settings(role, wanted, settings)


def _set_in_this_database(connection: Connection[Any]) -> Iterator[Difference]:
    """Find settings of roles for this database, which hold before those for all: none is declared."""
    for role, settings, database in connection.execute(_IN_THIS_DATABASE).fetchall():
        yield Difference(
            f"role {role} sets {settings} in this database alone; declared: nothing",
            sql.SQL("alter role {} in database {} reset all").format(_id(role), _id(database)),
        )


def _settings(role: str, wanted: Login, settings: list[str]) -> Iterator[Difference]:
    has = dict(setting.split("=", 1) for setting in settings)
    for name in sorted({*has, *wanted.settings}):
        if name not in wanted.settings:
            yield Difference(
                f"role {role} sets {name}, which is not declared",
                sql.SQL("alter role {} reset {}").format(_id(role), _id(name)),
            )
        elif has.get(name) != wanted.settings[name]:
            values = sql.SQL(", ").join(map(sql.Literal, wanted.settings[name].split(", ")))
            yield Difference(
                f"role {role} sets {name} to {has.get(name)}; declared: {wanted.settings[name]}",
                sql.SQL("alter role {} set {} to {}").format(_id(role), _id(name), values),
            )


def _of_objects(connection: Connection[Any], said: Declared, made_by: str | None = None) -> Iterator[Difference]:
    """Compare grants on objects; only on relations that a login made, where it is named."""
    objects: dict[tuple[str, str, str, str, str], tuple[set[Grant], set[Grant]]] = {}
    withheld = "|".join(f"^({form})$" for form in said.withheld)
    for *of, grantee, privilege, at_first, what in connection.execute(_OBJECTS, {"withheld": withheld}):
        has, own = objects.setdefault((of[0], of[1], of[2], of[3], of[4]), (set(), set()))
        has |= {(grantee, privilege)} if grantee else set()
        own |= {(at_first, what)} if at_first else set()
    (administrator,) = connection.execute("select current_user").fetchone() or ("",)
    for (kind, written, place, name, owner), (has, own) in objects.items():
        if made_by and (kind, owner) != ("table", made_by):
            continue
        makers = (
            {administrator, *(PREFIX + role for role in said.schemas[place].create)} if place in said.schemas else ()
        )
        if owner not in makers and kind != "schema" and place in said.schemas:
            yield Difference(f"{kind} {written} belongs to {owner}, who makes none in schema {place}", None)
        wanted = {grant for grant in _wanted(said, kind, place, name, own) if grant[0] != owner}
        for who, privilege in sorted(has ^ wanted):
            granting = (who, privilege) in wanted
            yield Difference(
                f"{kind} {written}: {who} {'lacks' if granting else 'has'} {privilege}",
                _statement(granting, privilege, sql.SQL("{} {}").format(sql.SQL(kind), sql.SQL(written)), who),
            )


def _wanted(said: Declared, kind: str, place: str, name: str, own: set[Grant]) -> set[Grant]:
    if kind == "database":
        return {(PREFIX + role, privilege) for privilege, roles in said.database.items() for role in roles}
    if place == "pg_catalog":
        for form, roles in said.withheld.items():
            if re.fullmatch(form, name):
                return {(PREFIX + role, "EXECUTE") for role in roles}
        return own
    schema = said.schemas.get(place)
    if schema is None or kind == "sequence":
        return set()
    if kind == "schema":
        usage = {(PREFIX + role, "USAGE") for role in schema.usage}
        return usage | {(PREFIX + role, "CREATE") for role in schema.create}
    return schema.relation(name) if kind == "table" else schema.function(name)


def _of_columns(connection: Connection[Any]) -> Iterator[Difference]:
    for relation, column, who, privilege in connection.execute(_COLUMNS):
        yield Difference(
            f"column {column} of {relation}: {who} has {privilege}",
            sql.SQL("revoke {} ({}) on {} from {}").format(
                sql.SQL(privilege), sql.SQL(column), sql.SQL(relation), _grantee(who)
            ),
        )


def _of_defaults(connection: Connection[Any], said: Declared) -> Iterator[Difference]:
    """Compare what relations and functions that are yet to be made are born with."""
    (administrator,) = connection.execute("select current_user").fetchone() or ("",)
    makers = [administrator, *sorted({PREFIX + maker for each in said.schemas.values() for maker in each.made_by})]
    has: dict[tuple[str, str, str], set[Grant]] = {(maker, "", "f"): {(PUBLIC, "EXECUTE")} for maker in makers}
    for maker, place, kind, *_ in (rows := connection.execute(_DEFAULTS).fetchall()):
        has[maker, place, kind] = set()
    for maker, place, kind, who, privilege in rows:
        has[maker, place, kind] |= {(who, privilege)} if who else set()
    wanted = {
        (PREFIX + maker, place, "r"): schema.relation(EVERY)
        for place, schema in said.schemas.items()
        for maker in schema.made_by
    }
    for maker, place, kind in sorted({*has, *wanted}):
        where = sql.SQL(" in schema {}").format(_id(place)) if place else sql.SQL("")
        for who, privilege in sorted(has.get((maker, place, kind), set()) ^ wanted.get((maker, place, kind), set())):
            granting = (who, privilege) in wanted.get((maker, place, kind), set())
            yield Difference(
                f"new {_KINDS[kind]} of {maker} in {place or 'any schema'}: {who}"
                f" {'would lack' if granting else 'would have'} {privilege}",
                sql.SQL("alter default privileges for role {}{} {}").format(
                    _id(maker), where, _statement(granting, privilege, sql.SQL(_KINDS[kind]), who)
                ),
            )


def _statement(granting: bool, privilege: str, of: sql.Composable, who: str) -> sql.Composed:
    form = "grant {} on {} to {}" if granting else "revoke {} on {} from {}"
    return sql.SQL(form).format(sql.SQL(privilege), of, _grantee(who))


def _grantee(who: str) -> sql.Composable:
    return sql.SQL(PUBLIC) if who == PUBLIC else _id(who)


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)
