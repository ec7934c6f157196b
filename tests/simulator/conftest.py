"""Small cities, generated once for all tests of the simulator."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from simulator.feeds import BY_NAME, FEEDS
from simulator.manifest import Plan
from simulator.nights import World, generate
from tests.simulator.reading import Judge

NIGHTS = (date(2025, 9, 7), date(2025, 9, 8), date(2025, 9, 9))


@dataclass
class Made:
    """A generated folder."""

    out: Path
    nights: tuple[date, ...]
    world: World

    def expected(self, night: date) -> dict:
        return json.loads((self.out / "expected" / f"{night}.json").read_text(encoding="utf-8"))

    def path(self, code: str, night: date) -> Path:
        return self.out / "deliveries" / BY_NAME[code].path(f"{night:%Y%m%d}")

    def judged(self) -> dict[tuple[str, date], tuple[dict, list[tuple]]]:
        """Judge every delivery by feeds.md: its counts and its accepted rows."""
        found = {}
        for feed in FEEDS:
            judge = Judge(feed)
            for night in self.nights:
                if self.path(feed.code, night).exists():
                    counts, rows = judge.judge(self.path(feed.code, night), night)
                    found[feed.code, night] = (counts, rows)
        return found


def make(out: Path, workers: int, dirt: float, nights: tuple[date, ...] = NIGHTS, **more) -> Made:
    return Made(out, nights, generate(Plan(out, workers, more.pop("seed", 1), dirt, nights, **more)))


@pytest.fixture(scope="session")
def usual(tmp_path_factory) -> Made:
    """A city of 600 with the usual dirt."""
    return make(tmp_path_factory.mktemp("usual"), 600, 0.02)


@pytest.fixture(scope="session")
def clean(tmp_path_factory) -> Made:
    """A city of 400 without dirt."""
    return make(tmp_path_factory.mktemp("clean"), 400, 0.0)


@pytest.fixture(scope="session")
def dirty(tmp_path_factory) -> Made:
    """A city of 1800 with far more dirt than usual."""
    return make(tmp_path_factory.mktemp("dirty"), 1800, 0.2)
