"""What there is to know of PostgreSQL and the warehouse in it, read once as the administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cakupan.database import Role, connect
from cakupan.database.connection import host_and_port
from cakupan.database.migration import pending_migrations


@dataclass(frozen=True)
class Attributes:
    """What a role may beyond its grants."""

    name: str
    powers: tuple[str, ...]
    hashed: str | None
    """How its password is kept: SCRAM-SHA-256, md5, or None without one."""


@dataclass(frozen=True)
class Database:
    """What there is to know of the server and the warehouse."""

    host: str
    encrypted: bool
    settings: Mapping[str, str]
    roles: tuple[Attributes, ...]
    passwords: Mapping[str, str]
    extensions: tuple[str, ...]
    rules: tuple[str, ...]
    """Lines of pg_hba.conf, each with its method last."""
    open_sessions: tuple[str, ...]
    """Who is connected over a network without TLS."""
    pending: tuple[str, ...]
    seconds_apart: float
    newest_entry: datetime | None


def read() -> Database:
    """Read all of it as the administrator. Raises psycopg.Error."""
    with connect(Role.ADMIN, autocommit=True) as connection:
        (now,) = connection.execute("select clock_timestamp()").fetchone() or (datetime.now(UTC),)
        apart = abs((datetime.now(UTC) - now).total_seconds())
        encrypted = connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone() or (
            False,
        )
        roles = connection.execute(
            "select rolname, array_remove(array[case when rolsuper then 'superuser' end,"
            " case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,"
            " case when rolbypassrls then 'bypassrls' end, case when rolreplication then 'replication' end], null),"
            " split_part(rolpassword, '$', 1) from pg_authid where rolname !~ '^pg_' and rolcanlogin order by 1"
        ).fetchall()
        rules = connection.execute(
            "select concat_ws(' ', type, array_to_string(database, ','), array_to_string(user_name, ','), address,"
            " auth_method) from pg_hba_file_rules where auth_method is not null order by line_number"
        ).fetchall()
        sessions = connection.execute(
            "select distinct usename || ' @ ' || client_addr from pg_stat_activity join pg_stat_ssl using (pid)"
            " where not ssl and client_addr is not null and not client_addr <<= inet '127.0.0.0/8'"
            " and client_addr <> inet '::1' order by 1"
        ).fetchall()
        newest = connection.execute("select max(recorded_at) from ledger.entry").fetchone() or (None,)
        return Database(
            host_and_port()[0],
            bool(encrypted[0]),
            dict(connection.execute("select name, setting from pg_settings").fetchall()),
            tuple(Attributes(name, tuple(powers), _kind(hashed)) for name, powers, hashed in roles),
            {role.value: role.password for role in Role},
            tuple(name for (name,) in connection.execute("select extname from pg_extension order by 1")),
            tuple(line for (line,) in rules),
            tuple(line for (line,) in sessions),
            tuple(migration.name for migration in pending_migrations(connection)),
            apart,
            newest[0],
        )


def _kind(hashed: str | None) -> str | None:
    return "md5" if hashed and hashed.startswith("md5") else hashed
