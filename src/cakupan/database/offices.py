"""The login of each office: the role cakupan_office_<agency>, a member of cakupan_office."""

from __future__ import annotations

import secrets
from typing import Any

from psycopg import Connection, sql

from cakupan.database.declared_grants import OFFICES
from cakupan.database.grants import limit_role


def login_of(agency: str) -> str:
    """Name the login of the agency's office."""
    return f"{OFFICES}_{agency}"


def add_login(connection: Connection[Any], agency: str) -> str:
    """Make the office's login, or give it another password; returns the password, which is kept nowhere.

    Needs the administrator; in the caller's transaction.
    """
    password = secrets.token_urlsafe(24)
    login, known = login_of(agency), agency in offices_with_login(connection)
    statement = sql.SQL("{} role {} login password {}").format(
        sql.SQL("alter" if known else "create"), sql.Identifier(login), sql.Literal(password)
    )
    connection.execute(statement)
    limit_role(connection, login)
    return password


def remove_login(connection: Connection[Any], agency: str) -> None:
    """Drop the office's login and end its sessions; nothing where it has none. Needs the administrator."""
    login = login_of(agency)
    if agency in offices_with_login(connection):
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (login,))
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))


def offices_with_login(connection: Connection[Any]) -> list[str]:
    """List the agencies whose office has a login."""
    found = connection.execute(
        "select substr(rolname, length(%(prefix)s) + 1) from pg_roles where starts_with(rolname, %(prefix)s)"
        " order by 1",
        {"prefix": login_of("")},
    )
    return [agency for (agency,) in found]
