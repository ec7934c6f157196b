"""Nights without recorded deliveries: a simulated city read over SFTP, HTTP and SQL, on a bad night."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from cakupan import night, orchestration, settings
from cakupan.cli import agencies, cities, holding
from cakupan.cli.cities import CannotSimulate, Wanted
from cakupan.cli.nightly import run_nights
from cakupan.cli.stand_ins import stand_ins
from simulator.check import differences
from tests.night.conftest import Installation
from tests.warehouse.marts_as_json import actual

NIGHT = date(2025, 9, 9)
FOLDER = {"conn_type": "fs", "extra": {"path": "/srv/deliveries"}}


@pytest.fixture(scope="module")
def installations(public_folder: Callable[[], Path]) -> Iterator[Callable[[Wanted], Installation]]:
    """Makes installations in which one night was run, as `make nightly` does."""
    made = []

    def make(city: Wanted) -> Installation:
        home = public_folder() / "home"
        made.append(Installation(home, home / "simulated" / city.folder.name))
        options = ["--trouble"] if city.trouble else []
        command = ("nightly", "--date", NIGHT, "--workers", city.workers, "--all", *options)
        made[-1].ran[str(NIGHT)] = made[-1].cakupan(*command)
        return made[-1]

    yield make
    for installation in made:
        installation.cakupan("database", "stop")


def wrong_figures(installation: Installation) -> list[str]:
    url = installation.url("auditor")
    with psycopg.connect(url) as marts:
        return differences(installation.expected(str(NIGHT)), actual(marts, NIGHT))


def test_a_bad_night_over_the_network_is_right_and_explained(
    installations: Callable[..., Installation],
) -> None:
    installation = installations(Wanted(300, trouble=True))
    ran = installation.ran[str(NIGHT)]
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert wrong_figures(installation) == []
    assert "failed:" not in ran.stderr  # what fails on the way is tried again
    incidents = json.loads((installation.city / "manifest.json").read_text())["incidents"]
    lines = ran.stdout.splitlines()
    states = {
        "truncated": "REJECTED",
        "mislabelled": "REJECTED",
        "held-shrunk": "HELD",
        "absent": "LATE",
        "re-sent": "ACCEPTED",
    }
    for feed, _, kind in (text.split(":") for text in incidents):
        row = next(line for line in lines if line.startswith(feed))
        assert row.split()[1] == states[kind]
        if states[kind] != "ACCEPTED":
            assert any(line.startswith(f"{states[kind]} {feed}") and len(line) > 80 for line in lines)
    assert "Traceback" not in ran.stdout + ran.stderr
    # The passwords were good for that night only, and nothing leads to systems that are gone.
    assert json.loads((installation.home / "connections.json").read_text()) == {}


@pytest.fixture
def home(public_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = public_folder()
    monkeypatch.setenv("CAKUPAN_HOME", str(folder))
    for agency in night.agencies():
        monkeypatch.delenv(f"AIRFLOW_CONN_AGENCY_{agency.upper()}", raising=False)
    return folder


@pytest.mark.warehouse
def test_connections_are_put_back_when_the_stand_ins_end(home: Path) -> None:
    city = Wanted(300)
    cities.simulate(NIGHT, city)
    orchestration.connect_agencies({"bpjstk": FOLDER})
    with stand_ins(city) as connections:
        assert orchestration.connections() == connections
        assert set(connections) == set(night.agencies())
    assert orchestration.connections() == {"bpjstk": FOLDER}


@pytest.mark.warehouse
def test_stand_ins_that_do_not_start_are_told_with_the_place_to_look(home: Path) -> None:
    with pytest.raises(CannotSimulate, match=r"agencies\.log"), stand_ins(Wanted(300)):
        pass
    assert "holds no deliveries" in (home / "agencies.log").read_text()


def test_the_environment_that_names_every_agency_needs_no_stand_ins(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "city").write_text("simulated 300 from 2025-09-09")
    for agency in night.agencies():
        assert not orchestration.environment_names_all()
        monkeypatch.setenv(f"AIRFLOW_CONN_AGENCY_{agency.upper()}", json.dumps(FOLDER))
    assert orchestration.environment_names_all()
    with agencies.of_this_installation():  # would fail: there is no such city
        assert orchestration.connections() == {}


@pytest.mark.parametrize(("named", "holds"), [(14, holding.LIVE), (13, "simulated 300 from 2025-09-09")])
def test_a_night_simulates_only_what_the_environment_does_not_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, named: int, holds: str
) -> None:
    for agency in night.agencies()[:named]:
        monkeypatch.setenv(f"AIRFLOW_CONN_AGENCY_{agency.upper()}", json.dumps(FOLDER))
    wanted = []

    def stop_here(city: str, agreed: object) -> None:
        wanted.append(city)
        raise CannotSimulate

    monkeypatch.setattr("cakupan.installation.start_database", lambda: None)
    monkeypatch.setattr(cities, "make_room", stop_here)
    with pytest.raises(CannotSimulate):
        run_nights([NIGHT], None, Wanted(300), Console(quiet=True))
    assert wanted == [holds]


def test_real_deliveries_have_no_trouble_to_order(home: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotSimulate, match="leave out --trouble"):
        run_nights([NIGHT], tmp_path, Wanted(300, trouble=True), Console())
    assert list(home.iterdir()) == []


@pytest.mark.warehouse
def test_the_scheduler_is_given_the_simulated_city_that_the_installation_holds(home: Path) -> None:
    with agencies.of_this_installation():
        assert orchestration.connections() == {}
    city = Wanted(300)
    cities.simulate(NIGHT, city)
    (home / "city").write_text(city.name(NIGHT))
    with agencies.of_this_installation():
        assert set(orchestration.connections()) == set(night.agencies())


@pytest.mark.warehouse
def test_agencies_are_kept_up_until_interrupted(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cakupan", "agencies", "--date", str(NIGHT), "--workers", "300"],
        cwd=settings.PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    printed = []
    for line in process.stdout:
        printed.append(line)
        if "Ctrl-C" in line:
            break
    environment = home / "agencies.env"
    assert environment.stat().st_mode & 0o777 == 0o600
    shown = subprocess.run(
        ["sh", "-c", f"set -a; . {environment}; env"], capture_output=True, text=True, check=True
    ).stdout
    for agency, connection in orchestration.connections().items():
        (line,) = [line for line in printed if line.startswith(agency)]
        assert connection["conn_type"] in line
        assert f"AIRFLOW_CONN_AGENCY_{agency.upper()}={json.dumps(connection)}" in shown
        secret = connection.get("password") or connection["extra"]["private_key"]
        assert secret not in "".join(printed)
    process.terminate()
    assert process.wait(20) == 0
    assert process.stderr.read() == ""
    process.stdout.close()
    process.stderr.close()
    assert not environment.exists()
    assert orchestration.connections() == {}
