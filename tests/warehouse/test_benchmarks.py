"""The benchmark at its smallest: every line of its tables has its number, and the floor has the same figures."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import load, stages
from benchmarks.city import make_city, workers_for
from benchmarks.floor import night as floor
from benchmarks.measuring import Timings
from benchmarks.slope import _lines, follow
from benchmarks.table import Line, print_lines
from benchmarks.two_nights import compare
from cakupan import settings
from simulator.manifest import Plan
from simulator.nights import generate
from tests.databases import copy_in_place_of
from tests.warehouse.conftest import NIGHTS, Warehouse

STAGES = [
    "archive CSV", "land CSV", "take in the rest", "build", "publish", "seal", "verify",
]  # fmt: skip
LINES = [
    *(f"{ordinal} night{what}" for ordinal in ("first", "next") for what in (", project", ", floor", " / floor")),
    *(f"landing of CSV / \\copy, {ordinal} night" for ordinal in ("first", "next")),
    *(f"build / its own statements, {ordinal} night" for ordinal in ("first", "next")),
    *(f"publish and seal, share of the {ordinal} night" for ordinal in ("first", "next")),
    *(f"tables grew, {ordinal} night" for ordinal in ("first", "next")),
    *(f"write-ahead log, {ordinal} night" for ordinal in ("first", "next")),
    "next night of the smallest city",
    "next night beyond that / floor",
    "bytes of tables a worker, next night",
    "of them rows as landed, dropped again when old",
    "verify / one hash of all landed rows",
    *(f"most memory, {group}" for group in ("land", stages.TAKE_IN, "build", "publish", "verify")),
    *(f"{what}, slope a night" for what in ("seconds", "delivered", "tables", "log")),
    *(f"{what}, last / first" for what in ("seconds", "delivered", "tables", "log")),
    *(f"{what}, night 1000 / night 10 by that slope" for what in ("seconds", "delivered", "tables", "log")),
]
BI_CLIENTS = (
    "errors of BI clients", "pages of BI clients with two nights", "times a BI client was seen waiting for a lock",
)  # fmt: skip
"""Lines of which there must be none."""
LINES += [
    "BI clients", *BI_CLIENTS, *(f"p95 of their queries, {when}" for when in ("quiet", "night", "night / quiet")),
]  # fmt: skip
WORKERS = 400
"""Of the city of `warehouse`."""
APART = ("land", stages.TAKE_IN)
"""Groups of stages that are run in processes of their own here, too."""


@pytest.fixture
def city(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Deliveries of the city with a night more, and a copy of its warehouse in which its other nights were built."""
    city = shutil.copytree(warehouse.city, tmp_path / "city")
    generate(Plan(city, WORKERS, 11, 0.04, (NIGHTS[-1] + timedelta(days=1),), ()))
    for name in ("ledger", "archive"):
        monkeypatch.setenv(f"CAKUPAN_{name.upper()}", str(shutil.copytree(settings.home() / name, tmp_path / name)))
    with copy_in_place_of("test_marts"):
        for as_of in NIGHTS[:-1]:
            floor.run(as_of, city / "deliveries")
        yield city / "deliveries"


@pytest.fixture
def cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin no process where this one has imported what it needs and forks none, and have few readers read much."""
    apart = stages.in_own_process
    monkeypatch.setattr(
        stages, "in_own_process", lambda group, *of: (apart if group in APART else stages.in_process)(group, *of)
    )
    monkeypatch.setattr(load, "THINKING", 1.0)
    monkeypatch.setattr(load, "DRAWING", 0.2)


def test_every_line_is_there_and_has_a_number(
    city: Path, cheaply: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = [NIGHTS[-1], NIGHTS[-1] + timedelta(days=1)]
    lines: list[Line] = []
    cost: list[stages.Cost] = []

    def two_nights() -> None:
        found, next_night = compare(nights, city, WORKERS, {"next": 0.5}, airflow=False)
        lines.extend(found)
        cost.append(next_night)

    lines += load.measure(two_nights, clients=3, quiet=6)
    monkeypatch.setattr(stages, "run", lambda *_: stages.Measured(Timings({"build": 2.0}), start_up=0.5))
    lines += follow([nights[-1] + timedelta(days=1)], city, *cost)
    print_lines(lines)
    out = capsys.readouterr().out
    told = dict(re.findall(r"^(\S.*?)  +(-?[\d,]+(?:\.\d+)?)\b", out, re.MULTILINE))
    assert [name for name in STAGES + LINES if name not in told] == []
    assert out.count("rows of figures as the floor's: ") == 2
    assert told["seconds / start-up's a night, mean of the last 1"] == "4.00"
    sent = sum(file.stat().st_size for file in city.rglob("*") if f"{nights[-1]:%Y%m%d}" in file.name)
    assert float(told["delivered a night, mean of the first 1"]) == pytest.approx(sent / 1024, abs=0.6) != 0
    assert "fixed cost" not in out and "first night of the smallest city" not in out
    night, floor_ = (float(told[f"next night, {whose}"]) for whose in ("project", "floor"))
    assert float(told["next night beyond that / floor"]) == pytest.approx((night - 0.5) / floor_, abs=0.1)
    assert [told[name] for name in BI_CLIENTS] == ["0.00"] * 3, out


def test_the_nights_are_two_then_those_of_the_slope_then_the_one_under_load(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, list[date]] = {}
    cost = stages.Cost(1, 1, 1, 1, 1)

    @contextmanager
    def home(**_: bool) -> Iterator[Path]:
        yield tmp_path

    def note(name: str, nights: list[date], *answer: object) -> tuple[object, ...]:
        asked[name] = nights
        return answer

    monkeypatch.setattr(benchmarks, "_home", home)
    monkeypatch.setattr(benchmarks, "make_city", lambda root, _, nights: note("made", nights, root)[0])
    monkeypatch.setattr(benchmarks, "compare", lambda nights, *_, **__: note("compared", nights, [], cost))
    monkeypatch.setattr(benchmarks, "follow", lambda nights, *_: note("followed", nights, Line("a slope", 1))[:1])
    monkeypatch.setattr(stages, "run", lambda as_of, _: note("under load", [as_of]))
    monkeypatch.setattr(load, "measure", lambda run_night: [run_night(), Line("clients", 50)][1:])
    benchmarks.main(["--nights", "3"])
    first, second, third, last = (benchmarks.FIRST_NIGHT + timedelta(days) for days in range(4))
    assert asked == {
        "made": [first, second, third, last], "compared": [first, second], "followed": [third], "under load": [last],
    }  # fmt: skip
    assert "a slope" in (out := capsys.readouterr().out) and "clients" in out


def test_what_any_city_pays_is_measured_with_the_smallest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[object] = []

    @contextmanager
    def home(**_: bool) -> Iterator[Path]:
        yield tmp_path

    def run(as_of: date, _: Path) -> stages.Measured:
        asked.append(as_of)
        return stages.Measured(Timings({"build": float(as_of.day), "verify": 99.0}))

    monkeypatch.setattr(benchmarks, "_home", home)
    monkeypatch.setattr(benchmarks, "make_city", lambda root, workers, nights: asked.append(workers) or root)
    monkeypatch.setattr(stages, "run", run)
    nights = [date(2025, 9, 8), date(2025, 9, 9)]
    assert benchmarks._fixed_cost(nights) == {"first": 8.0, "next": 9.0}
    assert asked == [300, *nights]


def test_a_city_of_so_many_contributions_has_about_as_many(tmp_path: Path) -> None:
    city = make_city(tmp_path, workers_for(20_000), [benchmarks.FIRST_NIGHT])
    (delivered,) = (city / "bpjstk/iuran").iterdir()
    assert gzip.decompress(delivered.read_bytes()).count(b"\n") == pytest.approx(20_000, rel=0.05)


def test_a_goal_is_met_or_not() -> None:
    assert str(Line("a ratio", 1.5, "", 1.3)).endswith("1.30   over")
    assert str(Line("a ratio", 1.25, "", 1.3)).endswith("1.30   ok")
    assert str(Line("seconds", 1234.5, "s")) == f"{'seconds':<52}     1,234 s"


def test_a_slope_is_followed_to_the_thousandth_night() -> None:
    growing = {line.what: line for line in _lines("seconds", [10 + night for night in range(40)], "s")}
    assert growing["seconds a night, mean of the first 10"].measured == 14.5
    assert growing["seconds, slope a night"].measured == pytest.approx(1)
    assert growing["seconds, last / first"].measured == pytest.approx(44.5 / 14.5)
    assert not growing["seconds, night 1000 / night 10 by that slope"].met
    level = {line.what: line for line in _lines("seconds", [10.0] * 40, "s")}
    assert level["seconds, night 1000 / night 10 by that slope"].met
