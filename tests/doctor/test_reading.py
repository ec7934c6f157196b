"""What `cakupan doctor` reads off the running system."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.cli import doctor
from cakupan.cli.printing import DocumentFormat, console
from cakupan.database import Role, connect
from cakupan.doctor import database_facts, of_agencies, of_machine, of_record
from cakupan.doctor.item import Finding, State
from cakupan.sources import NotConnected
from cakupan.sources.connection import ConnectionSettings


def test_the_server_is_read_as_it_is(database_name: str) -> None:
    with connect(Role.ADMIN, autocommit=True) as connection:
        connection.execute("create role vendor_x login createdb")
        try:
            found = database_facts.read()
        finally:
            connection.execute("drop role vendor_x")
    powers = {role.name: role.powers for role in found.roles}
    assert powers["vendor_x"] == ("createdb",) and powers["cakupan_bi"] == () and "superuser" in powers["postgres"]
    hashed = {role.name: role.hashed for role in found.roles}
    assert hashed["cakupan_bi"] == "SCRAM-SHA-256" and hashed["vendor_x"] is None
    assert all(rule.endswith("scram-sha-256") for rule in found.rules) and len(found.rules) >= 2
    assert found.extensions == ("plpgsql",) and found.pending == () and found.open_sessions == ()
    assert found.host == "127.0.0.1" and not found.encrypted and found.seconds_apart < 2
    assert found.settings["log_statement"] == "none" and found.passwords["cakupan_bi"] == Role.BI.password


def test_the_record_is_read_as_it_is(database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LEDGER", str(tmp_path / "ledger"))
    monkeypatch.setenv("CAKUPAN_BACKUP", str(tmp_path / "backup"))
    found = of_record.read()
    assert found.signed is None and found.cosigned_at is None and found.backed_up_at is None
    (tmp_path / "backup" / "today").mkdir(parents=True)
    (tmp_path / "backup" / "today" / "warehouse.dump").touch()
    os.utime(tmp_path / "backup" / "today" / "warehouse.dump", (1e9, 1e9))
    (tmp_path / "backup" / "older").touch()
    os.utime(tmp_path / "backup" / "older", (9e8, 9e8))
    assert of_record.read().backed_up_at == datetime.fromtimestamp(1e9, UTC)


def test_files_that_others_can_read_are_named(
    database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    home = settings.home()
    kept = home.stat().st_mode
    closed = home / "reports"
    closed.mkdir(mode=0o700, exist_ok=True)
    (closed / "inside").mkdir(exist_ok=True)
    (closed / "inside").chmod(0o755)
    (closed / "inside" / "inside.html").touch()
    (closed / "inside" / "inside.html").chmod(0o644)
    before = os.umask(0o022)
    try:
        home.chmod(0o755)
        (home / "open.html").write_text("made under umask 022")
        (home / "secrets" / "open_key").write_text("x")
        found = of_machine.read()
        home.chmod(0o700)
        assert of_machine.read().open_paths == ()
    finally:
        os.umask(before)
        home.chmod(kept)
        (home / "open.html").unlink()
        (home / "secrets" / "open_key").unlink()
    assert {home.name, f"{home.name}/open.html"} <= set(found.open_paths)
    assert not any("inside" in path for path in found.open_paths), "nobody gets there"
    assert found.open_secrets == ("open_key",)
    assert found.umask == 0o022 and found.room.free_bytes > 0 and found.room.night_bytes > 0


def test_drafts_of_yesterday_are_left_behind_and_those_of_now_are_not(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    for name in (".arriving-old", ".arriving-new", "aa", ".x.draft"):
        (tmp_path / "archive" / name).touch()
    for name in (".arriving-old", ".x.draft", "aa"):
        os.utime(tmp_path / "archive" / name, (1e9, 1e9))
    left = {path.name for path in of_machine._left_behind(tmp_path)}
    assert left >= {".arriving-old", ".x.draft"} and not left & {".arriving-new", "aa"}


def test_a_package_of_another_version_than_the_locks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(of_machine._differing()) == []
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0.1" if name == "dbt-core" else "none")
    assert any(line.startswith("dbt-core 0.0.1 (lock: ") for line in of_machine._differing())


def test_connections_are_read_and_none_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def connection_of(agency: str) -> ConnectionSettings:
        if agency == "bps":
            raise NotConnected("no connection")
        return ConnectionSettings(f"agency_{agency}", "sftp", "nowhere.example")

    monkeypatch.setattr("cakupan.orchestration.connection_of", connection_of)
    found = of_agencies.read()
    assert found.lacking == ("bps",) and "bpjstk" in found.connections


FOUND = [
    ("a.good", Text("Baik", "Good"), Finding(State.OK, Text("ya", "yes"))),
    ("a.look", Text("Lihat", "Look"), Finding(State.ATTENTION, Text("hm", "hm"), Text("lihat", "see"))),
]
BAD = ("a.bad", Text("Buruk", "Bad"), Finding(State.FAIL, Text("tidak [/x]\x1b", "no [/x]\x1b"), Text("ubah", "mend")))


def test_it_is_printed_in_both_languages_and_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: iter([*FOUND, BAD]))
    assert not doctor.run(console())
    text = capsys.readouterr().out
    assert "fail       a.bad" in text and "no [/x]\\u001b\n           → mend" in text
    assert "3 items looked at: 1 fail, 1 deserve attention." in text
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "id")
    doctor.run(console())
    assert "gagal      a.bad" in (text := capsys.readouterr().out) and "→ ubah" in text
    doctor.run(Console(), DocumentFormat.JSON)
    told = json.loads(capsys.readouterr().out)
    assert told["healthy"] is False and [item["state"] for item in told["items"]] == ["ok", "attention", "fail"]
    assert told["items"][2] == {"item": "a.bad", "title": "Bad", "state": "fail", "what": "no [/x]\x1b", "do": "mend"}


def test_what_only_deserves_a_look_is_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: iter(FOUND))
    assert doctor.run(console())
