"""Running the DAGs of nights to completion in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from unittest.mock import patch

from cakupan import night, settings
from cakupan.database import cause_of
from cakupan.orchestration import tasks
from cakupan.orchestration.environment import environment, environment_of_agencies
from cakupan.orchestration.scheduling import begins_by_itself
from cakupan.waste import search_rarely

BROKE = "broke off: "
DONE = "done"
TAGS = ("ingest", "warehouse")
"""Of the DAGs that make a night."""


@dataclass(frozen=True)
class Nights:
    """A process that has imported Airflow and runs the DAGs of one night after another."""

    process: subprocess.Popen[str]
    log: Path

    def run(self, as_of: date, progress: Callable[[str, int, int], None], tags: Sequence[str] = TAGS) -> None:
        """Run to completion the DAGs of the night that have one of the tags; where agencies are is read anew.

        `progress` is told each task that begins, its number, and of how many. Raises RuntimeError when the DAGs cannot
        be read, or when a database or a disk broke the night off; tasks that fail are in `ledger.failure`.
        """
        process = self.process
        assert process.stdin and process.stdout  # noqa: S101 asked for below
        asked = {"night": as_of.isoformat(), "tags": list(tags), "connections": environment_of_agencies()}
        with suppress(BrokenPipeError):  # why it ended is what it said last
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
        broke = ""
        for line in process.stdout:
            if line.strip() == DONE:
                return
            if line.startswith(BROKE):
                broke = line.removeprefix(BROKE).strip()
            else:
                step, steps, name = line.split()
                progress(name, int(step), int(steps))
        raise RuntimeError(broke or f"Airflow could not run the night's DAGs; read {self.log}")


@contextmanager
def nights() -> Iterator[Nights]:
    """Keep a process in which nights are run, one start-up for all of them; see docs/decisions for why in-process.

    What Airflow prints goes to `night.log` in the state folder.
    """
    log = settings.home() / "night.log"
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cakupan.orchestration"], env=os.environ | environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True,
        )  # fmt: skip
        assert process.stdin and process.stdout  # noqa: S101 asked for above
        try:
            yield Nights(process, log)
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
            process.wait()


def main() -> int:
    """Serve `nights`: run what each line of stdin asks for, and tell on stdout which task is running.

    Everything else is printed on stderr. Where a database or a disk breaks it off, that is told last, after BROKE.
    """
    progress = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        dags, unreadable = _dags()
        for line in sys.stdin:
            asked = json.loads(line)
            os.environ.update(asked["connections"])
            _run(dags, asked["night"], set(asked["tags"]), progress)
            if unreadable:
                return 1
            progress.write(f"{DONE}\n")
    except Exception as error:
        # Airflow asks its database through SQLAlchemy, whose errors carry the driver's only as text.
        if cause := cause_of(error) or cause_of(str(error)):
            progress.write(f"{BROKE}{cause}\n")
        raise
    return 0


def _dags() -> tuple[dict[str, Any], bool]:
    """Read the DAGs; returns those that can be read, and whether some cannot."""
    from airflow.dag_processing.dagbag import DagBag

    search_rarely()
    tasks.person_waits = True
    bag = DagBag(str(settings.DAGS))
    for path, error in bag.import_errors.items():
        sys.stderr.write(f"{path}: {error}\n")
    return dict(bag.dags), bool(bag.import_errors)


def _run(dags: dict[str, Any], as_of: str, tags: set[str], progress: TextIO) -> None:
    end_killed_runs()
    of_the_night = [name for name, dag in dags.items() if dag.tags & tags]
    steps, begun = sum(len(dags[name].tasks) for name in of_the_night), set[str]()

    def tell(task: str) -> None:
        begun.add(task)  # one that waits begins more than once
        progress.write(f"{len(begun)} {steps} {task}\n")

    tasks.tell_person = tell
    with _dags_are_read_once(), _runs_are_named_by(as_of):
        for dag_id in sorted(of_the_night, key=lambda name: (name == "warehouse", name)):
            dags[dag_id].deadline = None  # only a scheduler watches it, and a run in process breaks off over it
            dags[dag_id].test(logical_date=None, run_conf={"night": as_of})


@contextmanager
def _dags_are_read_once() -> Iterator[None]:
    """Have `DAG.test` read all DAGs and write them to Airflow's database once, and not once for each of them."""
    from airflow.dag_processing import dagbag

    reading, writing = cache(dagbag.BundleDagBag), cache(dagbag.sync_bag_to_db)
    with patch.object(dagbag, "BundleDagBag", reading), patch.object(dagbag, "sync_bag_to_db", writing):
        yield


@contextmanager
def _runs_are_named_by(as_of: str) -> Iterator[None]:
    """Have `DAG.test` name its runs by the night: Airflow's lists show that name, and would show a moment in UTC."""
    from airflow.models.dagrun import DagRun

    from cakupan.orchestration.calendar import named

    def name(*, run_type: Any, run_after: datetime, **_: Any) -> str:
        return named(run_type, as_of, run_after)

    with patch.object(DagRun, "generate_run_id", staticmethod(name)):
        yield


def end_killed_runs() -> None:
    """Mark as failed what a killed night left running, which would hold up the scheduler's next run.

    Only for who holds the installation's lock: no night is running then.
    """
    os.environ.update(environment())
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType
    from sqlalchemy import select

    left = select(DagRun).where(DagRun.state == DagRunState.RUNNING, DagRun.triggered_by == DagRunTriggeredByType.TEST)
    with create_session() as session:
        for run in session.scalars(left):
            run.set_state(DagRunState.FAILED)
        session.flush()
        building = select(DagRun.id).where(DagRun.state == DagRunState.RUNNING, DagRun.dag_id == "warehouse")
        if session.scalar(building.limit(1)) is None:
            night.end_turn()  # no scheduler builds a night: what a killed one was building is nobody's turn


def keep_to_the_schedule() -> None:
    """Forget nights that were to begin next where none begins by itself: Airflow notes them when it reads a DAG.

    Before the scheduler starts, which would begin them at once.
    """
    if begins_by_itself():
        return
    os.environ.update(environment())
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session
    from sqlalchemy import update

    fields = [name for name in vars(DagModel) if name.startswith("next_dagrun")]
    with create_session() as session:
        session.execute(update(DagModel).values({name: None for name in fields if name in DagModel.__table__.columns}))
