"""The quick start's own city: made on the first night, grown by later ones, begun anew by an earlier one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cakupan.cli import cities
from cakupan.cli.cities import Wanted


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAKUPAN_HOME", str(tmp_path))
    return tmp_path


def delivered(city: Wanted) -> set[str]:
    return {path.stem[-8:] for path in (city.folder / "deliveries" / "sipd" / "sp2d").iterdir()}


def incidents(city: Wanted) -> set[str]:
    """The nights that have any."""
    manifest = json.loads((city.folder / "manifest.json").read_text())
    return {text.split(":")[1] for text in manifest["incidents"]}


def test_a_city_grows_with_later_nights_and_is_asked_again_for_nothing(home: Path) -> None:
    city = Wanted(300)
    cities.simulate(date(2025, 9, 9), city)
    name = city.name
    assert delivered(city) == {"20250909"}
    cities.simulate(date(2025, 9, 12), city)
    assert (city.name, delivered(city)) == (name, {"20250909", "20250912"})
    before = {path: path.stat().st_mtime_ns for path in city.folder.rglob("*")}
    for night in (date(2025, 9, 9), date(2025, 9, 10), date(2025, 9, 12)):
        cities.simulate(night, city)
    assert {path: path.stat().st_mtime_ns for path in city.folder.rglob("*")} == before


def test_an_earlier_night_begins_another_city(home: Path) -> None:
    city = Wanted(300)
    cities.simulate(date(2025, 9, 9), city)
    name = city.name
    cities.simulate(date(2025, 9, 1), city)
    assert city.name != name
    assert delivered(city) == {"20250901"}


def test_trouble_comes_after_a_calm_night_and_in_a_city_of_its_own(home: Path) -> None:
    city = Wanted(300, trouble=True)
    cities.simulate(date(2025, 9, 9), city)
    assert delivered(city) == {"20250908", "20250909"}
    assert incidents(city) == {"2025-09-09"}
    cities.simulate(date(2025, 9, 10), city)
    assert incidents(city) == {"2025-09-09", "2025-09-10"}
    cities.simulate(date(2025, 9, 8), city)  # the night that was calm is asked for with trouble: a new city
    assert (delivered(city), incidents(city)) == ({"20250907", "20250908"}, {"2025-09-08"})
    assert city.folder != Wanted(300).folder


def test_the_installation_knows_which_simulated_city_it_holds(home: Path) -> None:
    assert cities.simulated() is None
    city = Wanted(300, trouble=True)
    cities.simulate(date(2025, 9, 9), city)
    cities.settle(city.name)
    assert cities.simulated() == city
    (home / "city").write_text(cities.RECORDED)
    assert cities.simulated() is None


def test_another_simulated_city_makes_room(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = []
    monkeypatch.setattr(cities, "drop_warehouse", lambda: dropped.append(True))
    left = [home / name for name in ("archive", "ledger", "outbox", "reports", "lineage")]
    for folder in left:
        folder.mkdir()
    cities.settle("simulated 300 from 2025-09-09")
    cities.settle("simulated 300 from 2025-09-09")
    assert (dropped, [folder.exists() for folder in left]) == ([], 5 * [True])
    cities.settle(cities.RECORDED)
    assert (dropped, [folder.exists() for folder in left]) == ([True], 5 * [False])


def test_recorded_deliveries_are_kept_from_a_simulated_city(home: Path) -> None:
    cities.settle(cities.RECORDED)
    with pytest.raises(cities.CannotSimulate, match="must not be mixed"):
        cities.settle("simulated 300 from 2025-09-09")
