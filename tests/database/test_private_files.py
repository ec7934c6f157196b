"""What an installation keeps is for its own account alone, whoever made it and whatever the account is used to."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cakupan import installation, settings
from cakupan.database import account
from cakupan.database.server import Server

PASSWORD = "only-for-this-test"
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a server another account")


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(top: Path) -> dict[str, str]:
    return {path.relative_to(top).as_posix(): oct(path.lstat().st_mode & 0o777) for path in (top, *top.rglob("*"))}


@pytest.mark.usefixtures("open_umask")
def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("outbox/letter.html", "archive/ab/abcd", "secrets/identity_key"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("NIK")
    home.chmod(0o755)
    (home / "archive/ab/abcd").chmod(0o444)
    outside = tmp_path / "outside"
    outside.write_text("another's")
    (home / "link").symlink_to(outside)
    settings.close_to_others(home)
    (home / "link").unlink()
    assert modes(home) == {
        ".": "0o700", "outbox": "0o700", "archive": "0o700", "archive/ab": "0o700", "secrets": "0o700",
        "outbox/letter.html": "0o600", "archive/ab/abcd": "0o400", "secrets/identity_key": "0o600",
    }  # fmt: skip
    assert outside.stat().st_mode & 0o777 == 0o644


@pytest.mark.usefixtures("open_umask")
def test_a_folder_that_is_closed_already_is_not_walked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "walk", lambda _: pytest.fail("walked"))
    settings.close_to_others(tmp_path, tmp_path / "not there")


@pytest.mark.parametrize(
    "imported",
    ["from cakupan.cli.app import main; main()", "import cakupan.orchestration"],
    ids=["command", "airflow"],
)
def test_whoever_begins_makes_files_for_itself_alone(imported: str, tmp_path: Path) -> None:
    program = f"{imported}; open('made', 'w')"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, umask=0o022, check=True)
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("open_umask")
def test_starting_the_database_closes_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "elsewhere")
    tmp_path.chmod(0o755)
    installation.start_database()
    (tmp_path / "made").touch()
    assert modes(tmp_path) == {".": "0o700", "made": "0o600"}


@root_only
@pytest.mark.warehouse
def test_roots_server_is_another_account_that_cannot_read_its_keys(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "ledger_key").touch(mode=0o600)
    server = Server(home / "database", {"shared_buffers": "16MB"})
    server.start(PASSWORD)
    try:
        owner = pwd.getpwuid(server.data.stat().st_uid).pw_name
        assert owner == account.ACCOUNT
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        assert Path("/proc", str(postmaster)).stat().st_uid == server.data.stat().st_uid
        dsn = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{server.port}/postgres"
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select pg_read_file(%s)", (str(home / "ledger_key"),))
    finally:
        server.stop("immediate")
    assert home.stat().st_mode & 0o777 == 0o700


@root_only
@pytest.mark.warehouse
def test_a_server_of_nobody_becomes_that_accounts(
    public_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(public_folder() / "database", {"shared_buffers": "16MB"})
    with monkeypatch.context() as before:
        before.setattr(account, "ACCOUNT", "nobody")
        server.start(PASSWORD)
    assert pwd.getpwuid(server.data.stat().st_uid).pw_name == "nobody"
    server.start(PASSWORD)  # while it runs nothing is changed under it
    assert pwd.getpwuid(server.data.stat().st_uid).pw_name == "nobody"
    server.stop_another_accounts()
    server.start(PASSWORD)
    server.stop_another_accounts()  # its own stays
    try:
        assert server.running
        owners = {path.lstat().st_uid for path in (server.data, *server.data.rglob("*"))}
        assert owners == {pwd.getpwnam(account.ACCOUNT).pw_uid}
    finally:
        server.stop("immediate")


@root_only
@pytest.mark.warehouse
def test_without_an_account_root_is_another_in_a_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "_account", lambda: None)
    server = Server(tmp_path / "database", {"shared_buffers": "16MB"})
    server.start(PASSWORD)
    try:
        with psycopg.connect(f"postgresql://postgres:{PASSWORD}@127.0.0.1:{server.port}/postgres") as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        server.stop("immediate")
