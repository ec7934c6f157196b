"""Makes the databases, roles and relations that exist before any feed; brings those of an earlier version up to date.

Tables are changed by the numbered files of migrations/, each applied once. What holds no rows (views and functions in
repeatable/, grants and limits in grants.yml) is written as it should be, and applied again when that changes.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import psycopg
from psycopg import sql

from cakupan.database import declared_grants, grants
from cakupan.database.connection import Role, connect, database_name
from cakupan.database.migration import apply_migration, pending_migrations
from cakupan.database.spread import is_spread, spread

REPEATABLE = Path(__file__).parent / "repeatable"
SCRIPTS = (
    "views.sql", "ddl.sql", "history.sql", "cells.sql", "record.sql", "office.sql", "persons.sql", "keyed.sql",
    "comments.sql",
)  # fmt: skip
LOCK_TIMEOUT = "2s"
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries
HOLDERS = """
    select h.told from ledger.holders(
        array(
            select c.oid::regclass::text from pg_class as c
            where c.relnamespace::regnamespace::text in ('ledger', 'identity', 'quality')
        )
    ) as h
"""


class Held(RuntimeError):
    """Another session holds a relation that is to be changed; names it and says what to do."""


def create_database() -> None:
    """Create roles and databases on a new server: the warehouse's and Airflow's; give each role its password again."""
    # Citus takes roles to the other machines from its own database only.
    with connect(Role.ADMIN, database_name() if is_spread() else "postgres", autocommit=True) as connection:
        # What a later version brings to a warehouse is made with its grants, on record.
        _make_roles(connection, missing=not (_has_roles(connection) and _is_there(connection, database_name())))
        _create(connection, database_name(), Role.ADMIN)
        _create(connection, "airflow", Role.AIRFLOW)
        _close_to_all(connection, "postgres", "template1")


def apply_schema(connection: psycopg.Connection) -> None:
    """Bring the fixed schemas to the version of this program, in one transaction; instant when they are there already.

    Where a relation must be changed, no reader waits behind that for longer than LOCK_TIMEOUT. Raises Held, and
    CannotMigrate where the warehouse is of a newer version or a migration fails; then nothing has changed.
    """
    for pause in (*PAUSES, None):
        try:
            _apply(connection)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if pause is None:
                raise Held(_held(connection)) from None
            time.sleep(pause)
        else:
            break
    if is_spread():
        spread(connection)


def is_up_to_date(connection: psycopg.Connection) -> bool:
    """Tell whether the fixed schemas are those of this program. Raises CannotMigrate where they are of a newer one."""
    known = connection.execute("select obj_description(to_regnamespace('ledger'), 'pg_namespace')").fetchone()
    return not pending_migrations(connection) and known == (_repeated(),)


def _apply(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.schema'))")
        if is_up_to_date(connection):
            return
        connection.execute(sql.SQL("set local lock_timeout = {}").format(LOCK_TIMEOUT))
        for migration in pending_migrations(connection):
            apply_migration(connection, migration)
        for script in _scripts():
            connection.execute(script.encode())
        _make_roles(connection, missing=True)
        grants.apply(connection)
        connection.execute(sql.SQL("comment on schema ledger is {}").format(sql.Literal(_repeated())))


def _scripts() -> list[str]:
    return [(REPEATABLE / name).read_text(encoding="utf-8") for name in SCRIPTS]


def _repeated() -> str:
    texts = [*_scripts(), declared_grants.FILE.read_text(encoding="utf-8")]
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def _held(connection: psycopg.Connection) -> str:
    """Tell who holds relations of the fixed schemas in a transaction that was open while we tried."""
    with connection.transaction():
        known = connection.execute("select to_regprocedure('ledger.holders(text[])')").fetchone()
        rows = connection.execute(HOLDERS).fetchall() if known != (None,) else []
    told = "; ".join(line for (line,) in rows) or "another session held them until just now"
    return (
        f"the warehouse's relations could not be brought up to date, because {told}. Have that transaction ended, or"
        " end the session with pg_terminate_backend, then run the same again; nothing was changed"
    )


def _make_roles(connection: psycopg.Connection, *, missing: bool) -> None:
    """Give the roles their passwords, and where asked make those that are not there."""
    known = {name for (name,) in connection.execute("select rolname from pg_roles")}
    for role in (role for role in Role if role is not Role.ADMIN):
        if role.value in known or missing:
            statement = sql.SQL("{} role {} login password {}").format(
                sql.SQL("alter" if role.value in known else "create"),
                sql.Identifier(role.value),
                sql.Literal(role.password),
            )
            connection.execute(statement)


def _has_roles(connection: psycopg.Connection) -> bool:
    """Tell whether any role of ours is there, else the server is new: its database may have been made beforehand."""
    ours = [role.value for role in Role if role is not Role.ADMIN]
    return connection.execute("select from pg_roles where rolname = any(%s) limit 1", (ours,)).fetchone() is not None


def _create(connection: psycopg.Connection, name: str, owner: Role) -> None:
    if not _is_there(connection, name):
        statement = sql.SQL("create database {} owner {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(owner.value)))
        connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def _close_to_all(connection: psycopg.Connection, *names: str) -> None:
    """Let nobody but the administrator into databases that every server has: nothing there keeps a reader's limits."""
    for name in names:
        if connection.execute("select has_database_privilege('public', %s, 'connect')", (name,)).fetchone() == (True,):
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def _is_there(connection: psycopg.Connection, database: str) -> bool:
    return connection.execute("select from pg_database where datname = %s", (database,)).fetchone() is not None


def drop_warehouse() -> None:
    """Drop the warehouse's database with everything in it; for simulated cities only."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database_name())))
