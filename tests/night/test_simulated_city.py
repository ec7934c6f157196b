"""The quick start's own city: made on the first night, grown by later ones, begun anew by an earlier one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cakupan.cli import cities, holding
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
    name = city.name(date(2025, 9, 9))
    assert delivered(city) == {"20250909"}
    cities.simulate(date(2025, 9, 12), city)
    assert (city.name(date(2025, 9, 12)), delivered(city)) == (name, {"20250909", "20250912"})
    before = {path: path.stat().st_mtime_ns for path in city.folder.rglob("*")}
    for night in (date(2025, 9, 9), date(2025, 9, 10), date(2025, 9, 12)):
        cities.simulate(night, city)
    assert {path: path.stat().st_mtime_ns for path in city.folder.rglob("*")} == before


def test_an_earlier_night_begins_another_city(home: Path) -> None:
    city = Wanted(300)
    cities.simulate(date(2025, 9, 9), city)
    name = city.name(date(2025, 9, 9))
    asked = city.name(date(2025, 9, 1))
    cities.simulate(date(2025, 9, 1), city)
    assert (asked, city.name(date(2025, 9, 9))) == ("simulated 300 from 2025-09-01", asked)
    assert asked != name
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


def test_a_city_that_cannot_be_made_leaves_the_one_before(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = Wanted(300)
    cities.simulate(date(2025, 9, 9), city)
    monkeypatch.setattr(cities.sys, "executable", "/bin/false")
    with pytest.raises(cities.CannotSimulate):
        cities.simulate(date(2025, 9, 1), city)
    assert delivered(city) == {"20250909"}


def test_the_installation_knows_which_simulated_city_it_holds(home: Path) -> None:
    assert cities.simulated() is None
    city = Wanted(300, trouble=True)
    (home / "city").write_text(city.name(date(2025, 9, 9)))
    assert cities.simulated() == city
    (home / "city").write_text(holding.RECORDED)
    assert cities.simulated() is None
