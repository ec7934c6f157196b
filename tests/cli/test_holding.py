"""Nothing is erased unasked: what an installation holds, what would be lost, and who says that it may go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cakupan import settings
from cakupan.cli import cities, holding
from cakupan.cli.app import app
from cakupan.cli.cities import CannotSimulate, make_room
from cakupan.cli.holding import LIVE, RECORDED, Held, held, note
from tests.notices.conftest import Ledger
from tests.notices.test_office import SALES, rows
from tests.quality.deliveries import NIGHT

CALM = "simulated 300 from 2025-09-09"
TROUBLED = "simulated 300-trouble from 2025-09-08"


@pytest.fixture
def ledger(database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))  # other tests have filled the installation's own
    known = Ledger(database)
    known.know_feeds()
    yield known
    (settings.home() / "city").unlink(missing_ok=True)


@pytest.fixture
def erased(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(cities, "_erase", lambda: found.append("all"))
    return found


@pytest.fixture
def holds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def let(*names: str) -> None:
        monkeypatch.setattr(holding, "held", lambda: Held(frozenset(names), 21, (NIGHT,), 44))
        monkeypatch.setattr(holding, "noted", lambda: next(iter(names), None))

    return let


def says_yes(loss: str) -> bool:
    return True


def says_no(loss: str) -> bool:
    return False


def is_not_asked(loss: str) -> bool:
    raise AssertionError(loss)


def test_an_empty_warehouse_holds_nothing(ledger: Ledger) -> None:
    assert held() == Held(entries=1)
    note(CALM)
    assert held().cities == frozenset()


def test_what_is_held_is_counted_and_named(ledger: Ledger) -> None:
    note(CALM)
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    for night in (NIGHT, NIGHT + timedelta(1), NIGHT):
        ledger.publish(night)
    found = held()
    assert (found.cities, found.deliveries) == ({CALM}, 1)
    assert found.nights == (NIGHT, NIGHT + timedelta(1))
    assert str(found).startswith("2 published nights (2025-09-09, 2025-09-10), 1 archived delivery and the signed")
    many = Held(frozenset({CALM}), 1000, tuple(NIGHT + timedelta(day) for day in range(30)), 2)
    assert "30 published nights (2025-09-09 to 2025-10-08), 1,000 archived deliveries" in str(many)


def test_a_warehouse_that_airflow_filled_alone_holds_real_deliveries(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    assert held().cities == {RECORDED}


def test_a_lost_warehouse_with_its_archive_holds_real_deliveries(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "archive_root", lambda: tmp_path)
    assert held().cities == frozenset()
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "cd").write_text("x")
    assert held().cities == {RECORDED}


def test_another_folders_note_does_not_hide_what_the_warehouse_holds(ledger: Ledger) -> None:
    note(RECORDED)
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    (settings.home() / "city").write_text(CALM)
    assert held().cities == {RECORDED}


def test_the_same_city_goes_on(holds: Callable[..., None], erased: list[str]) -> None:
    holds(CALM)
    make_room(CALM, is_not_asked)
    for wanted in (RECORDED, LIVE):
        holds(RECORDED)
        make_room(wanted, is_not_asked)
    holds(CALM, LIVE)
    make_room(CALM, is_not_asked)
    assert erased == []


@pytest.mark.parametrize("wanted", [TROUBLED, "simulated 301 from 2025-09-09", "simulated 300 from 2025-09-01", LIVE])
def test_another_city_takes_its_place_only_when_that_is_agreed_to(
    holds: Callable[..., None], erased: list[str], wanted: str
) -> None:
    holds(CALM)
    with pytest.raises(CannotSimulate, match="Nothing was erased"):
        make_room(wanted, says_no)
    assert erased == []
    make_room(wanted, says_yes)
    assert erased == ["all"]


def test_what_would_be_lost_is_said(holds: Callable[..., None], erased: list[str]) -> None:
    holds(TROUBLED)
    said: list[str] = []
    make_room(CALM, lambda loss: bool(said.append(loss)) or True)
    for part in (
        "the simulated city of 300 workers with trouble that begins on 2025-09-08",
        "To make room for the simulated city of 300 workers that begins on 2025-09-09",
        "1 published night (2025-09-09), 21 archived deliveries and the signed record of 44 entries",
    ):
        assert part in said[0], part


@pytest.mark.parametrize(
    ("names", "wanted"), [((RECORDED,), CALM), ((LIVE,), CALM), ((CALM, LIVE), TROUBLED), ((CALM, LIVE), LIVE)]
)
def test_real_deliveries_are_never_erased(
    holds: Callable[..., None], erased: list[str], names: tuple[str, ...], wanted: str
) -> None:
    holds(*names)
    with pytest.raises(CannotSimulate, match=r"never[ \n]erased[\s\S]*CAKUPAN_HOME=FOLDER"):
        make_room(wanted, says_yes)
    assert erased == []


def test_the_schedule_notes_that_it_brings_real_deliveries(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cities.orchestration, "environment_names_all", lambda: False)
    monkeypatch.setattr(cities.orchestration, "environment_names_any", lambda: False)
    note(CALM)
    cities.hold_for_the_schedule()
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    assert held().cities == {CALM}
    monkeypatch.setattr(cities.orchestration, "environment_names_any", lambda: True)
    cities.hold_for_the_schedule()
    assert held().cities == {CALM, LIVE}
    monkeypatch.setattr(cities.orchestration, "environment_names_all", lambda: True)
    with pytest.raises(CannotSimulate, match="never erased"):
        cities.hold_for_the_schedule()


def test_a_later_night_is_no_other_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    city = cities.Wanted(300)
    city.folder.mkdir(parents=True)
    (city.folder / "manifest.json").write_text('{"nights": ["2025-09-09"]}')
    assert city.name(date(2025, 9, 10)) == CALM
    assert city.name(date(2025, 9, 8)) == "simulated 300 from 2025-09-08"


def test_what_is_erased_is_all_that_was_told_of_the_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.delenv("CAKUPAN_LEDGER", raising=False)
    dropped: list[bool] = []
    monkeypatch.setattr(cities, "drop_warehouse", lambda: dropped.append(True))
    monkeypatch.setattr(holding, "held", lambda: Held(frozenset({CALM}), 21, (NIGHT,), 44))
    for name in ("archive", "ledger", "outbox", "reports", "lineage", "dashboard", "secrets"):
        (tmp_path / name).mkdir()
    (tmp_path / "city").write_text(CALM)
    make_room(TROUBLED, says_yes)
    assert (dropped, [path.name for path in tmp_path.iterdir()]) == ([True], ["secrets"])


@pytest.mark.parametrize(
    ("options", "again"),
    [
        (["--trouble"], "nightly --date 2025-09-09 --workers 300 --trouble --replace"),
        (["--workers", "301"], "nightly --date 2025-09-09 --workers 301 --replace"),
    ],
)
def test_where_nobody_can_answer_the_command_to_type_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, erased: list[str], options: list[str], again: str
) -> None:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setattr("cakupan.installation.start_database", lambda: None)
    monkeypatch.setattr(holding, "held", lambda: Held(frozenset({CALM}), 21, (NIGHT,), 44))
    workers = [] if "--workers" in options else ["--workers", "300"]
    ran = CliRunner().invoke(app, ["nightly", "--date", str(NIGHT), *workers, *options])
    assert (ran.exit_code, erased) == (2, [])
    for said in ("1 published night (2025-09-09), 21 archived deliveries", "44 entries", again, "REPLACE=1"):
        assert said in ran.stderr, said
