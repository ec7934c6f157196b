"""Connections to the warehouse, one role for each kind of work.

CAKUPAN_PG_HOST points at a server of one's own; without it the installation's embedded server is meant.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from cakupan import settings
from cakupan.database.server import embedded
from cakupan.wire import stays_here

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class Role(StrEnum):
    """Who connects: each role has just the grants its work needs."""

    ADMIN = "postgres"
    LOADER = "cakupan_loader"
    TRANSFORMER = "cakupan_transformer"
    STEWARD = "cakupan_steward"
    BI = "cakupan_bi"
    VIEWER = "cakupan_viewer"
    AUDITOR = "cakupan_auditor"
    AIRFLOW = "cakupan_airflow"

    @property
    def password(self) -> str:
        """The role's password: CAKUPAN_PG_<ROLE>_PASSWORD, the file it names, or the installation's secret."""
        return settings.secret(f"pg_{self.name.lower()}_password")


def host_and_port() -> tuple[str, int]:
    """Tell where the server listens."""
    if host := os.environ.get("CAKUPAN_PG_HOST"):
        return host, int(os.environ.get("CAKUPAN_PG_PORT", "5432"))
    return "127.0.0.1", embedded().port


def database_name() -> str:
    """Return the warehouse's database."""
    return os.environ.get("CAKUPAN_PG_DATABASE", "warehouse")


def tls() -> dict[str, str]:
    """Tell what is asked of TLS, in libpq's words: CAKUPAN_PG_SSLMODE and CAKUPAN_PG_SSLROOTCERT. Raises BadSetting.

    Unsaid, a connection that leaves this machine asks for TLS, and with a certificate of the authority also for the
    server's own name.
    """
    mode, authority = (os.environ.get(f"CAKUPAN_PG_{name}", "").strip() for name in ("SSLMODE", "SSLROOTCERT"))
    if mode and mode not in SSL_MODES:
        raise settings.BadSetting(f"CAKUPAN_PG_SSLMODE is {mode!r}; it may be {', '.join(SSL_MODES)}")
    if not mode and not stays_here(host_and_port()[0]):
        mode = "verify-full" if authority else "require"
    asked = {"sslmode": mode, "sslrootcert": authority}
    return {name: value for name, value in asked.items() if value}


def url(role: Role, database: str | None = None, *, driver: str = "postgresql", password: bool = True) -> str:
    """Return the connection URL of a role; without password for showing to a person."""
    user = role.value if role is not Role.ADMIN else os.environ.get("CAKUPAN_PG_ADMIN_USER", role.value)
    return url_of(user, role.password if password else None, database, driver=driver)


def url_of(user: str, password: str | None, database: str | None = None, *, driver: str = "postgresql") -> str:
    """Return the connection URL of any login; without password for showing to a person."""
    host, port = host_and_port()
    login = f"{user}:{quote(password, safe='')}" if password else user
    asked = f"?{urlencode(tls(), quote_via=quote)}" if tls() else ""
    return f"{driver}://{login}@{host}:{port}/{database or database_name()}{asked}"


def connect(role: Role, database: str | None = None, **options: Any) -> psycopg.Connection:
    """Open a connection as `role`; the caller closes it. Raises psycopg.OperationalError."""
    return psycopg.connect(url(role, database), application_name=f"cakupan {role.name.lower()}", **options)


def environment() -> dict[str, str]:
    """Return the variables with which dbt's profile finds the warehouse."""
    host, port = host_and_port()
    return {
        "CAKUPAN_PG_HOST": host,
        "CAKUPAN_PG_PORT": str(port),
        "CAKUPAN_PG_DATABASE": database_name(),
        "CAKUPAN_PG_TRANSFORMER_USER": Role.TRANSFORMER.value,
        "CAKUPAN_PG_TRANSFORMER_PASSWORD": Role.TRANSFORMER.password,
        "CAKUPAN_PG_SSLMODE": tls().get("sslmode", ""),
        "CAKUPAN_PG_SSLROOTCERT": tls().get("sslrootcert", ""),
    }
