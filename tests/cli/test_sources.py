"""What a person is told about the agencies' systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cakupan import installation, orchestration
from cakupan.cli import sources
from cakupan.cli.app import app
from cakupan.feeds import Feed
from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Source, Unreachable
from cakupan.sources.folder import Folder

NIGHT = date(2025, 9, 9)


class System:
    """An agency's system that raises, or says which night it was asked for."""

    kind = "stand-in"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = 0

    def probe(self, feed: Feed, night: date) -> str:
        self.asked += 1
        if self.error:
            raise self.error
        return f"rows for {night}"


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets where agencies are: a source, or why there is none; all others answer."""

    def set_up(**systems: object) -> None:
        def source_of(agency: str, retries: object) -> Source:
            system = systems.get(agency, System())
            if isinstance(system, NotConnected):
                raise system
            return system

        monkeypatch.setattr(orchestration, "source_of", source_of)
        monkeypatch.setattr(orchestration, "environment", dict)
        monkeypatch.setattr(installation, "set_up", lambda progress: None)
        monkeypatch.setenv("AIRFLOW__LOGGING__LOGGING_LEVEL", "as it was")

    return set_up


def check(*arguments: str) -> tuple[int, list[str]]:
    ran = CliRunner().invoke(app, ["sources", "check", *arguments], env={"COLUMNS": "300"})
    return ran.exit_code, ran.output.splitlines()


def test_every_feed_has_a_line(connect: Callable[..., None]) -> None:
    connect()
    code, lines = check("--date", "2025-09-09")
    assert code == 0
    assert len(lines) == 21
    assert lines[0].split() == ["ok", "bpjstk.iuran", "stand-in", "rows", "for", "2025-09-09"]


def test_another_program_gets_it_as_json(connect: Callable[..., None]) -> None:
    connect(sipd=NotConnected("[/x] no connection"))
    ran = CliRunner().invoke(app, ["sources", "check", "sipd", "bps", "--format", "json"])
    told = json.loads(ran.stdout)
    assert (ran.exit_code, [line["usable"] for line in told]) == (1, [False, False, True])
    assert told[0] == {"feed": "sipd.anggaran", "kind": "-", "usable": False, "text": "[/x] no connection."}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            Unreachable("x: page 1: answered 503"),
            "x: page 1: answered 503. Ask again later; if it stays so, tell the agency.",
        ),
        (Away("x: away"), "x: away. Is it up, may this machine reach it, and is connection agency_sipd right?"),
        (PartialDelivery("x: cut"), "x: cut. Ask again later; if it stays so, tell the agency."),
        (
            LoginRefused("x: no"),
            "x: no. Ask the agency for an account that is let in, and set it in connection agency_sipd.",
        ),
        (BrokenContract("x: no table"), "x: no table. Mend connection agency_sipd, or tell the agency."),
        (
            PermissionError(13, "Permission denied", "/planted"),
            "PermissionError: Permission denied. May this account read the folder?",
        ),
    ],
)
def test_what_is_wrong_is_one_line_with_what_to_do(connect: Callable[..., None], error: Exception, told: str) -> None:
    connect(sipd=System(error))
    code, lines = check("sipd", "bps")
    assert code == 1
    assert [line.split(maxsplit=3)[0] for line in lines] == ["failed", "failed", "ok"]
    assert lines[0].split(maxsplit=3)[1:] == ["sipd.anggaran", "stand-in", told]


def test_a_missing_connection_is_told_for_every_feed(connect: Callable[..., None]) -> None:
    connect(sipd=NotConnected("no Airflow connection 'agency_sipd': set AIRFLOW_CONN_AGENCY_SIPD"))
    code, lines = check("sipd")
    assert code == 1
    assert [line.split(maxsplit=3)[3] for line in lines] == [
        "no Airflow connection 'agency_sipd': set AIRFLOW_CONN_AGENCY_SIPD."
    ] * 2


def test_a_system_that_is_away_is_asked_once(connect: Callable[..., None]) -> None:
    away, refusing = System(Away("x: away")), System(LoginRefused("x: no"))
    connect(sipd=away, bpjstk=refusing)
    check("sipd", "bpjstk")
    assert (away.asked, refusing.asked) == (1, 5)


def test_an_unknown_agency_is_wrong_usage(connect: Callable[..., None]) -> None:
    connect()
    code, lines = check("nowhere")
    assert code == 2
    assert "there is no agency nowhere" in " ".join(lines)


def test_names_of_files_are_printed_as_they_are(connect: Callable[..., None], tmp_path: Path) -> None:
    folder = tmp_path / "bps/angkatan_kerja"
    folder.mkdir(parents=True)
    connect(bps=Folder(tmp_path))
    assert check("bps")[1][0].endswith("folder        no files yet")
    for day in ("20250101", "20250909"):
        (folder / f"angkatan_kerja_{day}.csv").touch()
    assert check("bps")[1][0].endswith("2 files, the newest angkatan_kerja_20250909.csv")
    (line,) = sources.probe(["bps"], NIGHT)
    assert (line.kind, line.usable) == ("folder", True)
