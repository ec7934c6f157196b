"""Two good nights of a simulated city and a bad one, run once for all tests as a user would: by command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from cakupan import settings
from tests.night import bad_night
from tests.night.bad_night import NIGHTS


@dataclass
class Installation:
    """An installation of its own, driven by the command `cakupan`."""

    home: Path
    city: Path
    ran: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)

    def cakupan(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CAKUPAN_")}
        return subprocess.run(
            [sys.executable, "-m", "cakupan", *map(str, arguments)],
            env=environment | {"CAKUPAN_HOME": str(self.home), "COLUMNS": "160"},
            cwd=settings.PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def run(self, night: str) -> subprocess.CompletedProcess[str]:
        self.ran[night] = self.cakupan("nightly", "--date", night, "--from", self.city / "deliveries")
        return self.ran[night]

    def expected(self, night: str) -> dict:
        return json.loads((self.city / "expected" / f"{night}.json").read_text())


def simulate(root: Path, workers: int, *options: str) -> Path:
    """A simulated city's deliveries and right answers."""
    subprocess.run(
        [sys.executable, "-m", "simulator", "--out", root, "--workers", str(workers), "--nights", *NIGHTS, *options],
        cwd=settings.PROJECT, check=True,
    )  # fmt: skip
    return root


@pytest.fixture(scope="session")
def new_installation(public_folder: Callable[[], Path]) -> Iterator[Callable[..., Installation]]:
    """Makes installations with a simulated city each; stops their servers in the end."""
    made = []

    def make(workers: int, *options: str) -> Installation:
        root = public_folder()
        made.append(Installation(root / "home", simulate(root / "city", workers, *options)))
        return made[-1]

    yield make
    for installation in made:
        installation.cakupan("database", "stop")


@pytest.fixture(scope="session")
def nights(new_installation: Callable[..., Installation]) -> Installation:
    """An installation in which the three nights were run in order: two good ones, then the bad one."""
    installation = new_installation(600, "--seed", "7", "--dirt", "0.03", *bad_night.incidents())
    bad_night.spoil(installation.city)
    for night in NIGHTS:
        installation.run(night)
    return installation


@pytest.fixture(scope="session")
def marts(nights: Installation) -> Iterator[psycopg.Connection]:
    """What an auditor sees of the three nights."""
    url = nights.cakupan("database", "url", "--role", "auditor").stdout.strip()
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def states(marts: psycopg.Connection, night: str) -> dict[str, str]:
    """What became of each feed's delivery, by the scorecard of a night."""
    rows = marts.execute(
        "select agency_code || '.' || feed, delivery_status from marts.data_quality_scorecard where as_of_date = %s",
        (night,),
    )
    return dict(rows.fetchall())


def newest_publication_is_sealed(nights: Installation, marts: psycopg.Connection) -> bool:
    """Whether the newest checkpoint covers the newest night that readers see."""
    (published,) = marts.execute("select max(entry_no) from ledger.entry where kind = 'publication'").fetchone()
    return int(nights.cakupan("ledger", "checkpoint").stdout.splitlines()[1]) > published
