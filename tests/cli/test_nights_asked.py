"""Nights that are asked for together: in order, each with those that it touches; one that fails is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from rich.console import Console

from cakupan import night, orchestration
from cakupan.bilingual import NOTHING
from cakupan.cli import cities, nightly
from cakupan.cli.cities import Wanted
from cakupan.cli.nightly import nights_asked, run_nights
from cakupan.cli.restated import NO_FIGURE, Restated

FIRST, SECOND, THIRD = (date(2025, 9, day) for day in (7, 8, 9))


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """What was run, of which DAGs; `late` are nights that each night touches, `failing` are not published."""
    seen = SimpleNamespace(ran=[], late={}, failing=set(), runs={})

    def run(as_of: date, _: object, tags: tuple[str, ...] = orchestration.TAGS) -> None:
        seen.ran.append((as_of, tags))
        if as_of not in seen.failing:
            seen.runs[as_of] = len(seen.ran)

    @contextmanager
    def one_start_up() -> Iterator[SimpleNamespace]:
        seen.ran.append("start-up")
        yield SimpleNamespace(run=run)

    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    monkeypatch.setattr(orchestration, "nights", one_start_up)
    monkeypatch.setattr(night, "nights_to_restate", lambda: seen.late.get(seen.ran[-1][0], []))
    monkeypatch.setattr(night, "failures", lambda *_: [])
    monkeypatch.setattr(nightly.morning, "run_of", seen.runs.get)
    monkeypatch.setattr(cities, "make_room", lambda *_: None)
    monkeypatch.setattr(nightly.holding, "note", lambda *_, **__: None)
    for name in ("start_database", "set_up"):
        monkeypatch.setattr(f"cakupan.installation.{name}", lambda *_: None)
    return seen


def test_nights_share_a_start_up_and_each_restates_what_it_touches(driven: SimpleNamespace, tmp_path: Path) -> None:
    driven.late = {SECOND: [FIRST]}
    ran = run_nights([FIRST, SECOND, THIRD], tmp_path, Wanted(300), Console(quiet=True))
    assert driven.ran == [
        "start-up", (FIRST, orchestration.TAGS), (SECOND, orchestration.TAGS), (FIRST, ("warehouse",)),
        (THIRD, orchestration.TAGS),
    ]  # fmt: skip
    assert (ran.published, ran.unpublished, ran.restated) == ([FIRST, SECOND, THIRD], [], [FIRST])


def test_a_night_that_fails_keeps_no_other_from_its_turn(driven: SimpleNamespace, tmp_path: Path) -> None:
    driven.failing, driven.late = {SECOND}, {THIRD: [SECOND]}
    ran = run_nights([FIRST, SECOND, THIRD], tmp_path, Wanted(300), Console(quiet=True))
    assert (ran.published, ran.unpublished, ran.restated) == ([FIRST, THIRD], [SECOND], [])


@pytest.mark.parametrize(("first", "last"), [(None, None), (FIRST, None), (None, FIRST), (SECOND, FIRST)])
@pytest.mark.parametrize("alone", [None, FIRST])
def test_one_night_or_all_from_a_first_to_a_last(alone: date | None, first: date | None, last: date | None) -> None:
    if alone and not first and not last:
        assert nights_asked(at(alone), None, None) == [FIRST]
        return
    with pytest.raises(typer.BadParameter, match="--from-date D --to-date E"):
        nights_asked(at(alone), at(first), at(last))


def test_a_range_is_every_night_between() -> None:
    assert nights_asked(None, at(FIRST), at(THIRD)) == [FIRST, SECOND, THIRD]


def at(day: date | None) -> datetime | None:
    return datetime.combine(day, datetime.min.time()) if day else None


def test_what_moved_is_told_headlines_first() -> None:
    coverage = [("active_participants", "SAKERNAS", "249", "247")] * 5
    told = Restated(FIRST, coverage, 1095, ("coverage_by_sector", "universal_coverage")).told
    assert told.en.count("active_participants (SAKERNAS) 249 → 247; ") == 3
    assert told.en.endswith("1,095 figures moved in coverage_by_sector, universal_coverage")
    assert told.id.endswith("1.095 angka berubah di coverage_by_sector, universal_coverage")
    assert Restated(FIRST).told == NO_FIGURE != NOTHING
