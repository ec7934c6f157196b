"""Makes the databases, roles and relations that exist before any feed; applying them again changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from cakupan.database.connection import Role, connect, database_name

HERE = Path(__file__).parent


def create_database() -> None:
    """Roles and databases on a new server: the warehouse's and Airflow's."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as connection:
        for role in (role for role in Role if role is not Role.ADMIN):
            _create_role(connection, role)
        _create(connection, database_name(), Role.ADMIN)
        _create(connection, "airflow", Role.AIRFLOW)


def apply_schema(connection: psycopg.Connection) -> None:
    """Create what is missing of the fixed schemas, functions and grants, in one transaction.

    Scripts that were applied before are left alone: replacing a view would wait for its readers.
    """
    scripts = [(HERE / name).read_text(encoding="utf-8") for name in ("schema.sql", "cells.sql", "grants.sql")]
    version = hashlib.sha256("".join(scripts).encode()).hexdigest()
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.schema'))")
        known = connection.execute("select obj_description(to_regnamespace('ledger'), 'pg_namespace')").fetchone()
        if known == (version,):
            return
        for script in scripts:
            connection.execute(script)
        connection.execute(sql.SQL("comment on schema ledger is {}").format(sql.Literal(version)))


def _create_role(connection: psycopg.Connection, role: Role) -> None:
    known = connection.execute("select 1 from pg_roles where rolname = %s", (role.value,)).fetchone()
    verb = sql.SQL("alter" if known else "create")
    statement = sql.SQL("{} role {} login password {}").format(
        verb, sql.Identifier(role.value), sql.Literal(role.password)
    )
    connection.execute(statement)


def _create(connection: psycopg.Connection, name: str, owner: Role) -> None:
    if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
        statement = sql.SQL("create database {} owner {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(owner.value)))
        connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def drop_warehouse() -> None:
    """Drop the warehouse's database with everything in it; for simulated cities only."""
    with connect(Role.ADMIN, "postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database_name())))
