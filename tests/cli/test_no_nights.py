"""A command that is asked about nothing says so and exits 1: it never finds nothing wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cakupan import night
from cakupan.cli import no_nights
from cakupan.cli.app import app
from cakupan.database import Role, connect
from tests.notices.conftest import Ledger
from tests.notices.test_office import SALES, rows
from tests.quality.deliveries import NIGHT

COMMANDS = [
    ["status"],
    ["status", "--date", "2031-01-01"],
    ["verify"],
    ["verify", "--date", "2031-01-01"],
    ["sql", "select 1"],
    ["sql", "select 1", "--as-known-at", "2020-01-01"],
    ["trace", "--sp2d", "1"],
    ["receipt", "1::2", "--reason", "audit", "--case", "7"],
    ["report", "dbhcht", "--year", "2025"],
    ["export", "fiscal", "--year", "2025", "--out", "package"],
    ["release", "1", "--by", "Ani", "--why", "letter"],
    ["ledger", "checkpoint"],
]
IDS = [" ".join(command) for command in COMMANDS]


@pytest.fixture
def ledger(database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("CAKUPAN_LEDGER", str(tmp_path / "ledger"))  # the folder of this test's record
    known = Ledger(database)
    known.know_feeds()
    return known


@pytest.mark.parametrize("command", [*COMMANDS, ["database", "url"]], ids=[*IDS, "database url"])
def test_an_empty_folder_has_nothing(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == 1
    assert f"There is nothing in {tmp_path}: no night was run yet" in ran.stderr
    assert "nightly --date YYYY-MM-DD" in ran.stderr
    assert (ran.stdout, list(tmp_path.iterdir())) == ("", [])


@pytest.mark.parametrize("command", COMMANDS, ids=IDS)
def test_a_warehouse_before_its_first_night_has_nothing(command: list[str], ledger: Ledger) -> None:
    ran = CliRunner().invoke(app, command)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert len(ran.stderr.splitlines()) == 1
    assert "Traceback" not in ran.stderr


def test_a_night_that_never_was_is_told_with_those_that_were(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    ledger.ask(NIGHT)
    ledger.publish(NIGHT)
    ran = CliRunner().invoke(app, ["status", "--date", "2031-01-01"])
    assert (ran.exit_code, ran.stdout) == (1, "")
    never_kept = no_nights.never_kept(date(2031, 1, 1))
    for said in (ran.stderr, never_kept.en if never_kept else ""):
        assert "The night of 2031-01-01" in said and f"the nearest: {NIGHT}" in said
    assert no_nights.never_kept(NIGHT) is None and no_nights.never_kept(None) is None
    assert CliRunner().invoke(app, ["status", "--date", str(NIGHT)]).exit_code == 0


def test_a_past_before_the_first_publication_is_no_empty_answer(ledger: Ledger) -> None:
    ledger.publish(NIGHT)
    ran = CliRunner().invoke(app, ["sql", "select 1", "--as-known-at", "2020-01-01"])
    assert ran.exit_code == 1
    assert "Nothing was published by 2020-01-01 23:59 WIB; the first publication was at 20" in ran.stderr
    assert CliRunner().invoke(app, ["sql", "select 1"]).exit_code == 0


def test_a_record_whose_deliveries_are_gone_is_altered_and_not_nothing(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    night.seal()
    with connect(Role.ADMIN) as admin:
        admin.execute("truncate ledger.delivery, ledger.publication cascade")
    ran = CliRunner().invoke(app, ["verify"])
    assert ran.exit_code == 1
    assert "ALTERED" in ran.stdout and "Nothing to verify" not in ran.stderr


@pytest.mark.parametrize("command", [*COMMANDS, ["nightly", "--date", "2025-09-09"], ["database", "start"]])
def test_a_database_that_does_not_answer_is_named_with_what_to_do(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setenv("CAKUPAN_PG_HOST", "127.0.0.1")
    monkeypatch.setenv("CAKUPAN_PG_PORT", "1")
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == (2 if command[0] == "verify" else 1)
    assert "The database at 127.0.0.1:1 went away" in ran.stderr and "Traceback" not in ran.output
