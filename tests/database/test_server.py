"""The embedded server: stable port, password asked, survives a kill."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from cakupan.database import Role, apply_schema, connect
from cakupan.database import server as servers
from cakupan.database.server import Server, ServerError


def test_a_wrong_password_is_refused(installation: Path) -> None:
    with connect(Role.AIRFLOW, "airflow") as connection:
        port = connection.info.port
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://cakupan_airflow:wrong@127.0.0.1:{port}/airflow")


def test_secrets_are_private_to_their_owner(installation: Path) -> None:
    Role.BI.password  # noqa: B018 made on first use
    assert {oct(path.stat().st_mode & 0o777) for path in (installation / "secrets").iterdir()} == {"0o600"}


def test_applying_the_schema_again_changes_nothing(database_name: str) -> None:
    with connect(Role.ADMIN) as connection:
        before = connection.execute("select count(*) from pg_class").fetchone()
        apply_schema(connection)
        assert connection.execute("select count(*) from pg_class").fetchone() == before


@pytest.mark.warehouse  # its own server
def test_a_killed_server_starts_again_with_its_rows(public_folder: Callable[[], Path]) -> None:
    server = Server(public_folder() / "database", {"shared_buffers": "16MB"})
    password = "only-for-this-test"
    server.start(password)
    port = server.port
    dsn = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    try:
        with psycopg.connect(dsn) as connection:
            connection.execute("create table kept as select 1 as one")
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        time.sleep(0.1)
        server.start(password)
        assert server.port == port
        with psycopg.connect(dsn) as connection:
            assert connection.execute("select one from kept").fetchone() == (1,)
    finally:
        server.stop("immediate")
    assert not server.running


@pytest.mark.parametrize("schema", ["landing", "quarantine", "identity"])
@pytest.mark.parametrize("role", [Role.BI, Role.AUDITOR])
def test_readers_cannot_enter_schemas_with_personal_data(database_name: str, role: Role, schema: str) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute(f"create table {schema}.secret (nik text)")
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"select * from {schema}.secret")


@pytest.mark.parametrize("role", [Role.BI, Role.AUDITOR, Role.LOADER, Role.TRANSFORMER])
@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
def test_no_login_waits_or_runs_for_ever(database_name: str, role: Role, limit: str) -> None:
    with connect(role) as connection:
        assert connection.execute("select current_setting(%s)", (limit,)).fetchone() != ("0",)


@pytest.mark.parametrize("role", [Role.BI, Role.AUDITOR])
def test_readers_cannot_fill_the_disk_or_take_every_connection(database_name: str, role: Role) -> None:
    with connect(role) as connection:
        assert connection.execute("show temp_file_limit").fetchone() != ("-1",)
        limit = connection.execute("select rolconnlimit from pg_roles where rolname = current_user").fetchone()
    assert limit and 0 < limit[0] <= 50


def test_bi_begins_read_only(database_name: str) -> None:
    with connect(Role.BI) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("create temporary table kept (one int)")


@pytest.mark.warehouse  # no server starts, which a unit test may not even try
def test_a_server_without_room_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `make faults` sees it of a real one; here its programs are told to say so."""
    made = Server(tmp_path / "database")
    made.data.mkdir(parents=True)
    (made.data / "PG_VERSION").write_text("18")
    log = made.data / "server.log"
    log.write_text("No space left on device, a week ago\n")

    def refuse(*_: object) -> subprocess.CompletedProcess[str]:
        log.write_text(f"{log.read_text()}{says}\n")
        return subprocess.CompletedProcess((), 1, "", "it did not start")

    monkeypatch.setattr(servers.Account, "own", lambda _: None)
    monkeypatch.setattr(servers.Account, "run", refuse)
    monkeypatch.setattr(servers, "START_ATTEMPTS", 1)
    says = 'PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device'
    told = rf"^PostgreSQL did not start: its disk is full\. Make room on the disk of {made.data} [^\n]*$"
    with pytest.raises(ServerError, match=told):
        made.start("x")
    says = "FATAL:  lock file is there"
    with pytest.raises(ServerError, match=r"(?s)^PostgreSQL did not start: it did not start.*lock file is there"):
        made.start("x")
