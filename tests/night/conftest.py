"""Three nights of a simulated city, run once for all tests as a user would: through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cakupan import settings

NIGHTS = ("2025-09-07", "2025-09-08", "2025-09-09")


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
    """An installation in which the three nights were run in order."""
    installation = new_installation(600, "--seed", "7", "--dirt", "0.03")
    for night in NIGHTS:
        installation.run(night)
    return installation
