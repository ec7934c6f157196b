"""A night in which step after step is killed and done again, and which must come out as if nothing was."""

from __future__ import annotations

import json
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cakupan import settings
from cakupan.database import Role
from simulator.manifest import Plan
from tests.databases import copy_in_place_of
from tests.faults.deliveries_from import SOURCES
from tests.faults.forks import Step, in_a_fork
from tests.faults.installations import embedded_server
from tests.faults.outcomes import KEPT, compared, outcome
from tests.faults.points import kill
from tests.faults.steps_of_a_night import SourceOf, building, loading
from tests.faults.table import Kills
from tests.warehouse.conftest import installed

BEFORE, NIGHT = date(2025, 9, 8), date(2025, 9, 9)
WORKERS = 300
DATABASE = "faults"
Fault = Callable[[], object]
APART = {"scorecards"}
"""What makes PDFs, for each of which a fork that is made after it would begin another process."""


@dataclass
class Sweep:
    """An installation with one night published, and what the next one comes to when nothing happens."""

    aside: Path
    steps: list[Step]
    undisturbed: dict[str, Any] = field(default_factory=dict)
    points: dict[str, list[str]] = field(default_factory=dict)
    """What each step passes, in order."""
    killed: Kills = field(default_factory=Counter)
    server: Kills = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(13))  # noqa: S311 of no secret

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """Give a copy of the installation as it was before the night, while inside."""
        for name in KEPT:
            shutil.rmtree(settings.home() / name, ignore_errors=True)
            if (self.aside / name).exists():
                shutil.copytree(self.aside / name, settings.home() / name)
        with copy_in_place_of(DATABASE):
            yield

    def go_through(self) -> None:
        """Run the night undisturbed, to know its outcome and the points."""
        with self.as_before():
            for step in self.steps:
                code, said = in_a_fork(step)
                if code:
                    raise RuntimeError(f"{step.name} ended with {code} though nothing happened: {said}")
                self.points[step.name] = json.loads(said)
            self.undisturbed = outcome(NIGHT)

    def choose(self, step: Step, kills: Kills) -> tuple[int, str]:
        """Choose a point of the step, of the kind that was met least; returns its number and kind."""
        passed = self.points[step.name]
        rarest = min(kills[step.kind, kind] for kind in passed)
        numbers = [n for n, kind in enumerate(passed, start=1) if kills[step.kind, kind] == rarest]
        number = self.chance.choice(numbers)
        return number, passed[number - 1]

    def meet(self, step: Step, fault: Fault) -> str:
        """Let the step meet with the fault; returns at which point, or '' where it was done before it came there."""
        kills = self.killed if fault is kill else self.server
        number, kind = self.choose(step, kills)
        code, _ = in_a_fork(step, number, fault)
        came = code == -signal.SIGKILL if fault is kill else not embedded_server().running
        embedded_server().start(Role.ADMIN.password)
        if not came:
            return ""
        kills[step.kind, kind] += 1
        return f"{step.name}, {kind} (point {number})"

    def again(self, step: Step) -> list[Step]:
        """List what is done after the step was killed: it alone, as a task is tried again, or all before it anew."""
        part = [other for other in self.steps if other.part == step.part]
        return part[: part.index(step) + 1] if self.chance.random() < 0.5 else [step]

    def round(self, faults: Mapping[str, Sequence[Fault]]) -> list[str]:
        """Run a night in which steps meet with faults, one after the other; returns what is not as it should be."""
        wrong, met = [], []
        with self.as_before():
            for step in self.steps:
                met += [where for fault in faults.get(step.name, ()) if (where := self.meet(step, fault))]
                for other in self.again(step) if step.name in faults else [step]:
                    code, said = in_a_fork(other)
                    if code:
                        wrong.append(f"{other.name}, after {met[-1:]}, ended with {code}: {said}")
            wrong += compared(self.undisturbed, outcome(NIGHT))
            return wrong + ([f"met: {'; '.join(met)}"] if wrong else [])


@contextmanager
def prepared(home: Path, sources: str) -> Iterator[Sweep]:
    """Make the installation on a running server, with its first night, and run the second one undisturbed."""

    def steps(as_of: date, source_of: SourceOf) -> list[Step]:
        return loading(as_of, source_of) + building(as_of)

    city = home / "simulated" / str(WORKERS)
    at = SOURCES[sources](city, WORKERS)
    with installed(Plan(city, WORKERS, 7, 0.04, (BEFORE, NIGHT), ()), DATABASE):
        with at(BEFORE) as source_of:
            for step in steps(BEFORE, source_of):
                if step.kind in APART:
                    in_a_fork(step)
                else:
                    step.run()
        aside = home / "aside"
        for name in KEPT:
            if (home / name).exists():
                shutil.copytree(home / name, aside / name)
        with at(NIGHT) as source_of:
            sweep = Sweep(aside, steps(NIGHT, source_of))
            sweep.go_through()
            yield sweep
