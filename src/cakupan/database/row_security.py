"""Keeps rows of other offices from an office, by the role it is: policies of row-level security, as grants.yml says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from psycopg import Connection, sql

from cakupan.database.declared_grants import OFFICES, Declared, declared

_OFFICES, _OTHERS = "of_the_office", "of_all"
_TABLES = """
select n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity, (
    select coalesce(
        jsonb_object_agg(
            p.polname,
            jsonb_build_array(
                p.polpermissive, p.polcmd,
                array(select pg_get_userbyid(role) from unnest(p.polroles) as role order by 1),
                pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
                obj_description(p.oid, 'pg_policy')
            )
        ),
        '{}'
    )
    from pg_policy as p where p.polrelid = c.oid
)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)'
order by 1, 2
"""


def unprotected(connection: Connection[Any], said: Declared) -> Iterator[tuple[str, str, str]]:
    """Yield the tables whose rows are not kept as declared: schema, name, and what is wrong."""
    for schema, table, enabled, forced, policies in connection.execute(_TABLES):
        condition = said.seen_by_offices(schema, table)
        if condition is None:
            if enabled or forced or policies:
                yield schema, table, "has row-level security, which is not declared"
        elif not enabled or forced:
            yield schema, table, "keeps no rows from anybody"
        elif {name: _as_made(policy) for name, policy in policies.items()} != _wanted(said, schema, table, condition):
            yield schema, table, "keeps other rows from offices than is declared"


def protect(connection: Connection[Any], schema: str, table: str) -> None:
    """Let an office see its own rows of the table and everybody else with a grant all; where so declared.

    To be called by the table's owner, in the caller's transaction.
    """
    said = declared()
    condition = said.seen_by_offices(schema, table)
    where = sql.Identifier(schema, table)
    names = connection.execute(
        "select polname from pg_policy where polrelid = %s::regclass", (where.as_string(connection),)
    ).fetchall()
    for (name,) in names:
        connection.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(name), where))
    switch = "disable" if condition is None else "enable"
    connection.execute(
        sql.SQL("alter table {} " + switch + " row level security, no force row level security").format(where)
    )
    if condition is None:
        return
    office = sql.SQL("create policy {} on {} for select to {} using ({})")
    connection.execute(office.format(sql.Identifier(_OFFICES), where, sql.Identifier(OFFICES), sql.SQL(condition)))
    if others := _others(said, schema, table):
        connection.execute(
            sql.SQL("create policy {} on {} to {} using (true) with check (true)").format(
                sql.Identifier(_OTHERS), where, sql.SQL(", ").join(map(sql.Identifier, others))
            )
        )
    (made,) = connection.execute(
        "select pg_get_expr(polqual, polrelid) from pg_policy where polrelid = %s::regclass and polname = %s",
        (where.as_string(connection), _OFFICES),
    ).fetchone() or ("",)
    connection.execute(
        sql.SQL("comment on policy {} on {} is {}").format(sql.Identifier(_OFFICES), where, _mark(condition, made))
    )


def _others(said: Declared, schema: str, table: str) -> list[str]:
    """List the roles that may read the table, offices aside."""
    return sorted({role for role, _ in said.schemas[schema].relation(table)} - {OFFICES})


def _wanted(said: Declared, schema: str, table: str, condition: str) -> dict[str, tuple[Any, ...]]:
    wanted: dict[str, tuple[Any, ...]] = {_OFFICES: (True, "r", [OFFICES], condition, None)}
    if others := _others(said, schema, table):  # where there is none, the owner alone sees all rows
        wanted[_OTHERS] = (True, "*", others, "true", "true")
    return wanted


def _as_made(policy: list[Any]) -> tuple[Any, ...]:
    """Return a policy with the condition from which it was made, where it is still what was made of it."""
    permissive, command, roles, condition, check, comment = policy
    declared_as, _, digest = str(comment or "").rpartition(" ")
    if declared_as and digest == _digest(condition):
        condition = declared_as
    return permissive, command, roles, condition, check


def _mark(condition: str, made: str) -> sql.Literal:
    """PostgreSQL spells a condition its own way: the comment says what it was made from."""
    return sql.Literal(f"{condition} {_digest(made)}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
