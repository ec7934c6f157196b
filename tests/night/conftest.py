"""Nights of a simulated city, run once for all tests as a user would: a killed one, good ones and a bad one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import psycopg
import pytest

from cakupan import settings
from cakupan.database import Role
from cakupan.database.server import Server, embedded
from tests.databases import UNSAFE_BUT_FAST
from tests.night import bad_night, canaries
from tests.night.bad_night import NIGHTS
from tests.night.warm import files, import_what_nights_import, run

KILLED = (("ingest_bpjstk", 1), ("ingest_distan", 0.3), ("warehouse", 4))
"""After which line of its report, and how many seconds later, the first night was killed."""


@contextmanager
def watched(commands: set[str], folder: Path, files: dict[str, int]) -> Iterator[None]:
    """Keep the command line of every process, and the mode of every file in a folder, that is seen meanwhile."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):  # it has ended
                    commands.add(process.read_text(errors="replace").replace("\0", " "))
            for path in folder.rglob("*"):
                with suppress(OSError):
                    files[str(path.relative_to(folder))] = path.lstat().st_mode

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield
    over.set()
    watcher.join()


@dataclass
class Installation:
    """An installation of its own, driven by the command `cakupan`."""

    home: Path
    city: Path
    ran: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    """How many runs Airflow took to be under way after each killed night, and then after each night."""
    commands: set[str] = field(default_factory=set)
    """What any process of this machine was started with while a night ran, as everybody on it can read."""
    spooled: dict[str, int] = field(default_factory=dict)
    """Temporary files that were seen while a night ran, with their modes."""
    _urls: dict[str, str] = field(default_factory=dict)

    def cakupan(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cakupan", *map(str, arguments)],
            env=self._environment() | {"COLUMNS": "160"},
            cwd=settings.PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("CAKUPAN_")}
        self.temporary.mkdir(exist_ok=True)
        self.temporary.chmod(0o711)  # the server's account reads there what it is handed
        return others | {"CAKUPAN_HOME": str(self.home), "TMPDIR": str(self.temporary)}

    @property
    def temporary(self) -> Path:
        """Where its commands put temporary files."""
        return self.home.parent / "tmp"

    def run(self, *nights: str) -> subprocess.CompletedProcess[str]:
        """Run a night, or nights from a first to a last, with one start-up."""
        dates = ("--date", *nights) if len(nights) == 1 else ("--from-date", nights[0], "--to-date", nights[-1])
        with watched(self.commands, self.temporary, self.spooled):
            ran = self.cakupan("nightly", *dates, "--from", self.city / "deliveries", "--all")
        self.ran |= dict.fromkeys(nights, ran)
        return ran

    def url(self, role: str) -> str:
        """Where the role finds the warehouse."""
        if role not in self._urls:
            self._urls[role] = self.cakupan("database", "url", "--role", role).stdout.strip()
        return self._urls[role]

    def runs_left(self) -> int:
        """How many runs Airflow takes to be under way."""
        with psycopg.connect(re.sub(r"/[^/]*$", "/airflow", self.url("airflow"))) as metadata:
            return int(metadata.execute("select count(*) from dag_run where state = 'running'").fetchone()[0])

    def expected(self, night: str) -> dict:
        return json.loads((self.city / "expected" / f"{night}.json").read_text())


@dataclass
class WarmInstallation(Installation):
    """One whose commands find imported what they import."""

    def __post_init__(self) -> None:
        import_what_nights_import(self.home)

    def cakupan(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        process = self._start(arguments)
        process.join()
        out, err = (path.read_text() for path in files(self._output))
        return subprocess.CompletedProcess(arguments, process.exitcode, out, err)

    def run_and_kill(self, night: str, at: str, after_seconds: float) -> None:
        """Start the night and kill every process of it some time after it said `at`."""
        process = self._start(("nightly", "--date", night, "--from", self.city / "deliveries"))
        _, told = files(self._output)
        while at not in told.read_text():
            assert process.is_alive(), f"the night never said {at}"
            time.sleep(0.02)
        time.sleep(after_seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL

    @property
    def _output(self) -> Path:
        return self.home.parent / "printed"

    def _start(self, arguments: Iterable[object]) -> ForkServerProcess:
        return run([*map(str, arguments)], self._environment() | {"COLUMNS": "160"}, self._output)


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
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CAKUPAN_HOME", str(root / "home"))
            Server(embedded().root, UNSAFE_BUT_FAST).start(Role.ADMIN.password)
        made.append(WarmInstallation(root / "home", simulate(root / "city", workers, *options)))
        return made[-1]

    yield make
    for installation in made:
        installation.cakupan("database", "stop")


@pytest.fixture(scope="session")
def nights(new_installation: Callable[..., Installation]) -> Installation:
    """An installation in which four nights were run in order: the first was killed before, the last is the bad one.

    All but the first in one go.
    """
    installation = new_installation(600, "--seed", "7", "--dirt", "0.03", *bad_night.incidents())
    bad_night.spoil(installation.city)
    canaries.plant(installation.city)
    for at, after_seconds in KILLED:
        installation.run_and_kill(NIGHTS[0], at, after_seconds)
        installation.left.append(installation.runs_left())
    installation.run(NIGHTS[0])
    installation.left.append(installation.runs_left())
    installation.run(*NIGHTS[1:])
    installation.left.append(installation.runs_left())
    return installation


@pytest.fixture(scope="session")
def marts(nights: Installation) -> Iterator[psycopg.Connection]:
    """What an auditor sees of the nights."""
    with psycopg.connect(nights.url("auditor"), autocommit=True) as connection:
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
