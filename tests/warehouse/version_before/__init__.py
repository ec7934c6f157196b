"""A warehouse as the version before numbered migrations left it, made from one of this version.

The SQL files beside this are that version's own: they never change. They made the fixed tables then, and say here what
such a warehouse had.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from cakupan.database import Role, connect
from cakupan.ledger.definitions import DEFINITIONS
from cakupan.ledger.entries import canonical, read_entries
from cakupan.ledger.publications import digest_run

SCRIPTS = [
    (Path(__file__).parent / name).read_text(encoding="utf-8").encode()
    for name in ("schema.sql", "ddl.sql", "cells.sql", "grants.sql")
]
FIXED = ("ledger", "identity", "quality")
COLUMNS = """
    select c.table_schema, c.table_name, c.column_name
    from information_schema.columns as c
    join information_schema.tables as t using (table_schema, table_name)
    where c.table_schema = any(%s) and t.table_type = 'BASE TABLE'
"""
STAYS = ("ledger", "row_reference_key")
"""A table that came later and is left: the marts' views of this version, which are reused, read it."""
Columns = set[tuple[str, str, str]]


def columns_then() -> Columns:
    """List the columns of that version's fixed tables, from a database that its scripts make."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as server:
        server.execute("create database test_version_before")
        try:
            with connect(Role.ADMIN, "test_version_before") as then:
                for script in SCRIPTS:
                    then.execute(script)
                return columns(then)
        finally:
            server.execute("drop database test_version_before with (force)")


def columns(connection: psycopg.Connection) -> Columns:
    """List the columns of the fixed tables that the database has."""
    return set(connection.execute(COLUMNS, (list(FIXED),)).fetchall())


def make_older(admin: psycopg.Connection) -> None:
    """Take from the warehouse what came after that version, and put back that version's views, functions and grants."""
    then = columns_then()
    for schema, table, column in sorted(columns(admin) - then):
        if (schema, table) == STAYS:
            continue
        if not any(known[:2] == (schema, table) for known in then):
            statement = sql.SQL("drop table if exists {} cascade").format(sql.Identifier(schema, table))
        else:
            statement = sql.SQL("alter table {} drop column if exists {} cascade").format(
                sql.Identifier(schema, table), sql.Identifier(column)
            )
        admin.execute(statement)
    store_in_full(admin)
    admin.execute("drop schema accepted, keyed, disclosure cascade; drop view if exists ledger.current_validation")
    admin.execute("update ledger.reference set version = 'of the version before'")
    for script in SCRIPTS:
        admin.execute(script)
    version = hashlib.sha256(b"".join(SCRIPTS)).hexdigest()
    admin.execute(sql.SQL("comment on schema ledger is {}").format(sql.Literal(version)))
    assert {each for each in columns(admin) if each[:2] != STAYS} == then


def store_in_full(admin: psycopg.Connection) -> None:
    """Store every night with all its rows, as that version did, and record the nights as it would have."""
    lists = ("rows_of_run", "rows_of_validation", "record_place", "snapshot_of_run")
    kept = admin.execute(
        "select relation from warehouse.rows_of_run union select relation from warehouse.rows_of_validation"
    ).fetchall()
    for (name,) in kept:
        owner = admin.execute(
            f"select relowner::regrole::text from pg_class where oid = 'warehouse.{name}'::regclass"
        ).fetchone()[0]
        view = admin.execute("select pg_get_viewdef(%s::regclass)", (f"marts.{name}",)).fetchone()[0]
        admin.execute(f"create table warehouse.in_full as select * from warehouse.history_{name}")
        admin.execute(f"drop table warehouse.{name} cascade; drop table warehouse.tonight_{name}")
        admin.execute(f"alter table warehouse.in_full rename to {name}")
        admin.execute(f"alter table warehouse.{name} owner to {owner}")
        admin.execute(f"create view marts.{name} as {view.replace(f'history_{name}', name)}")
        admin.execute(f"alter view marts.{name} owner to {owner}")
        admin.execute(f"grant select on marts.{name} to cakupan_bi, cakupan_auditor")
    admin.execute(f"drop table {', '.join(f'warehouse.{name}' for name in lists)}")
    for entry in list(read_entries(admin)):
        told = {name: value for name, value in entry.facts.items() if name != "mac"}  # no entry had one
        if told["kind"] == "publication":
            told |= digest_run(admin, told["run_id"])
            del told["program"], told["standing"][DEFINITIONS]
        admin.execute("update ledger.entry set body = %s where entry_no = %s", (canonical(told), entry.entry_no))
