"""What all commands share: a language, a format for other programs, and what a shell completes."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cakupan import housekeeping, night
from cakupan.cli.app import app
from cakupan.housekeeping import Done
from cakupan.ledger.deliveries import Delivery

PRINT_TABLES = {
    "agencies", "database version", "export fiscal", "feed check", "feed rules", "housekeeping", "morning", "nightly",
    "reject", "release", "report dbhcht", "sources check", "sql", "status", "trace", "verify",
}  # fmt: skip


def test_every_command_that_prints_a_table_prints_json() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = {
        f"{name} {below}".strip(): command
        for name, group in commands.items()
        for below, command in getattr(group, "commands", {"": group}).items()
    }
    assert set(named) >= PRINT_TABLES
    assert {name for name in PRINT_TABLES if not any(option.name == "form" for option in named[name].params)} == set()
    for name in PRINT_TABLES:
        helped = " ".join(CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200"}).stdout.split())
        assert re.search(r"--format.*\bjson\b", helped), name


def test_a_language_that_nobody_speaks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "de")
    ran = CliRunner().invoke(app, ["database", "url"])
    assert ran.exit_code == 2
    assert ran.stderr == "CAKUPAN_LANGUAGE is 'de'; it may be id (Indonesian) or en (English)\n"


def test_what_hinders_a_command_is_said_in_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "id")
    ran = CliRunner().invoke(app, ["status"])
    assert ran.exit_code == 1 and "belum ada malam yang dijalankan" in ran.stderr


def test_release_and_housekeeping_tell_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("app", "held"):
        monkeypatch.setattr(sys.modules[f"cakupan.cli.{module}"], "needs_database", lambda: None)
    decided = []

    def decide(*_: object, let_in: bool) -> Delivery:
        decided.append(let_in)
        return Delivery("sipd", "sp2d", date(2025, 9, 9))

    monkeypatch.setattr(night, "decide", decide)
    monkeypatch.setattr(night, "nights_to_restate", list)
    for command in ("release", "reject"):
        told = CliRunner().invoke(app, [command, "7", "--by", "Ani", "--why", "letter", "--format", "json"])
        assert json.loads(told.stdout) == {
            "delivery_id": 7, "feed": "sipd.sp2d", "business_date": "2025-09-09", "by": "Ani", "why": "letter",
            "restated": [],
        }  # fmt: skip
    assert decided == [True, False]
    monkeypatch.setattr(housekeeping, "due", list)
    monkeypatch.setattr(housekeeping, "drop_outdated", lambda *_: Done(2, 300, stays=["[/x]"]))
    told = CliRunner().invoke(app, ["housekeeping", "--format", "json"])
    assert json.loads(told.stdout) == {"due": [], "done": None}
    told = CliRunner().invoke(app, ["housekeeping", "--do-it", "--format", "json"])
    assert json.loads(told.stdout)["done"]["rows"] == 300
    assert "[/x]" in CliRunner().invoke(app, ["housekeeping", "--do-it"]).stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cakupan feed rules sipd.", ["sipd.anggaran", "sipd.sp2d"]),
        ("cakupan sources check bps", ["bps"]),
        ("cakupan status --date 2025-10", ["2025-10-02", "2025-10-01"]),
    ],
)
def test_a_shell_completes(typed: str, offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    (tmp_path / "reports").mkdir()
    for day in ("2025-09-30", "2025-10-01", "2025-10-02"):
        (tmp_path / "reports" / f"deliveries-{day}.html").touch()
    completing = {"_CAKUPAN_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    ran = CliRunner().invoke(app, [], prog_name="cakupan", env=completing)
    assert ran.stdout.split() == offered
