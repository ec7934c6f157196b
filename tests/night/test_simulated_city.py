"""The quick start's own city: made on the first night, grown by later ones, begun anew by an earlier one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cakupan.cli import cities


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    return tmp_path


def delivered(folder: Path) -> set[str]:
    return {path.stem[-8:] for path in (folder / "sipd" / "sp2d").iterdir()}


def test_a_city_grows_with_later_nights_and_is_asked_again_for_nothing(home: Path) -> None:
    city, folder = cities.simulate(date(2025, 9, 9), 300)
    assert delivered(folder) == {"20250909"}
    assert cities.simulate(date(2025, 9, 12), 300) == (city, folder)
    assert delivered(folder) == {"20250909", "20250912"}
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for night in (date(2025, 9, 9), date(2025, 9, 10), date(2025, 9, 12)):
        assert cities.simulate(night, 300) == (city, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_an_earlier_night_begins_another_city(home: Path) -> None:
    city, _ = cities.simulate(date(2025, 9, 9), 300)
    other, folder = cities.simulate(date(2025, 9, 1), 300)
    assert other != city
    assert delivered(folder) == {"20250901"}


def test_another_simulated_city_makes_room(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = []
    monkeypatch.setattr(cities, "drop_warehouse", lambda: dropped.append(True))
    (home / "archive").mkdir()
    cities.settle("simulated 300 from 2025-09-09")
    cities.settle("simulated 300 from 2025-09-09")
    assert (dropped, (home / "archive").exists()) == ([], True)
    cities.settle(cities.RECORDED)
    assert (dropped, (home / "archive").exists()) == ([True], False)


def test_recorded_deliveries_are_kept_from_a_simulated_city(home: Path) -> None:
    cities.settle(cities.RECORDED)
    with pytest.raises(cities.CannotSimulate, match="must not be mixed"):
        cities.settle("simulated 300 from 2025-09-09")
