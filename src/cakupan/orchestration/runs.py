"""Running a night's DAGs to completion in a process of their own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any, TextIO
from unittest.mock import patch

from cakupan import night, settings
from cakupan.database import cause_of
from cakupan.orchestration import tasks
from cakupan.orchestration.environment import environment
from cakupan.orchestration.scheduling import begins_by_itself

BROKE = "broke off: "


def run_dags(as_of: date, progress: Callable[[str, int, int], None]) -> None:
    """Run the ingest DAGs and then the warehouse DAG of one night to completion, in one process of its own.

    `progress` is told each task that begins, its number, and of how many.

    What Airflow prints goes to `night.log` in the state folder. Raises RuntimeError when the DAGs cannot be read;
    tasks that fail are in `ledger.failure`. See docs/decisions for why in-process.
    """
    log = settings.home() / "night.log"
    with log.open("a") as output:
        runner = subprocess.Popen(
            [sys.executable, "-m", "cakupan.orchestration", as_of.isoformat()],
            env=os.environ | environment(), stdout=subprocess.PIPE, stderr=output, text=True,
        )  # fmt: skip
        assert runner.stdout is not None  # noqa: S101 asked for above
        broke = ""
        for line in runner.stdout:
            if line.startswith(BROKE):
                broke = line.removeprefix(BROKE).strip()
            else:
                step, steps, name = line.split()
                progress(name, int(step), int(steps))
    if runner.wait():
        raise RuntimeError(broke or f"Airflow could not run the night's DAGs; read {log}")


def main(as_of: str) -> int:
    """Serve `run_dags`: tell on stdout which task is running; everything else is printed on stderr.

    Where a database or a disk breaks it off, that is told last, after BROKE.
    """
    progress = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        return _run(as_of, progress)
    except Exception as error:
        # Airflow asks its database through SQLAlchemy, whose errors carry the driver's only as text.
        if cause := cause_of(error) or cause_of(str(error)):
            progress.write(f"{BROKE}{cause}\n")
        raise


def _run(as_of: str, progress: TextIO) -> int:
    from airflow.dag_processing.dagbag import DagBag

    # What a night imports and reads, it keeps: Python need not search all of it for waste again and again.
    gc.set_threshold(50_000, 20, 50)
    tasks.person_waits = True
    bag = DagBag(str(settings.DAGS))
    end_killed_runs()
    for path, error in bag.import_errors.items():
        sys.stderr.write(f"{path}: {error}\n")
    of_the_night = [name for name, dag in bag.dags.items() if dag.tags & {"ingest", "warehouse"}]
    steps, begun = sum(len(bag.dags[name].tasks) for name in of_the_night), set[str]()

    def tell(task: str) -> None:
        begun.add(task)  # one that waits begins more than once
        progress.write(f"{len(begun)} {steps} {task}\n")

    tasks.tell_person = tell
    with _dags_are_read_once(), _runs_are_named_by(as_of):
        for dag_id in sorted(of_the_night, key=lambda name: (name == "warehouse", name)):
            bag.dags[dag_id].deadline = None  # only a scheduler watches it, and a run in process breaks off over it
            bag.dags[dag_id].test(logical_date=None, run_conf={"night": as_of})
    return 1 if bag.import_errors else 0


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
