"""The example that other teams copy runs by itself when a night is published, with that night, and reads its marts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cakupan import orchestration, settings
from cakupan.database import Role, connect, url
from cakupan.orchestration import components
from tests import airflow_api

pytestmark = pytest.mark.night
EXAMPLE = settings.PROJECT / "docs/examples/after_the_night.py"
COVERAGE = """
    create table marts.universal_coverage as
    select n::date as as_of_date, code as denominator_code, participants as active_participants, 0.5 as coverage_rate
    from (values
        ('2025-09-08', 'SAKERNAS', 1), ('2025-09-09', 'SEMESTA_BPJS', 3), ('2025-09-09', 'SAKERNAS', 2)
    ) as t (n, code, participants)
"""
PATIENCE = 600  # seconds: a machine may have a lot else to do


class Airflow(airflow_api.Airflow):
    """What it says of the example."""

    def runs(self) -> list[dict[str, Any]]:
        """The runs of the example, the oldest first; none while Airflow has not read it."""
        try:
            return list(self.ask("/api/v2/dags/after_the_night/dagRuns?order_by=id")["dag_runs"])
        except urllib.error.HTTPError:
            return []

    def knows_the_example(self) -> bool:
        return any(dag["dag_id"] == "after_the_night" for dag in self.ask("/api/v2/dags")["dags"])

    def result(self, run: str, task: str) -> Any:
        path = f"/api/v2/dags/after_the_night/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value"
        return self.ask(f"{path}?deserialize=true")["value"]


def wait_until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not within {PATIENCE} s"
        time.sleep(0.5)


@contextmanager
def publishing() -> Iterator[Callable[..., None]]:
    """Publishes nights while inside, all from one process; whether that went well is known when it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dags.publishing"],
        env=os.environ | orchestration.environment(), cwd=settings.PROJECT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def publish(*nights: str) -> None:
        process.stdin.writelines(f"{night}\n" for night in nights)
        process.stdin.flush()

    try:
        yield publish
    finally:
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


@pytest.fixture
def airflow(
    database_name: str, public_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Airflow]:
    """Airflow with the DAGs of the warehouse and the example beside them, as a team would put it there."""
    with connect(Role.TRANSFORMER) as owner:
        owner.execute(COVERAGE)
    folder = public_folder()
    for path in (*settings.DAGS.glob("*.py"), EXAMPLE):
        shutil.copy(path, folder)
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(folder))
    monkeypatch.setenv("AIRFLOW_CONN_CAKUPAN_MARTS", url(Role.BI))
    monkeypatch.setenv("CAKUPAN_SCHEDULE", "off")
    orchestration.migrate()
    with components.started(components._free_port()) as address:
        airflow = Airflow(address)
        wait_until(airflow.knows_the_example)
        yield airflow


def test_the_example_runs_for_each_night_when_it_is_published_and_again_when_it_is_published_anew(
    airflow: Airflow,
) -> None:
    eighth, ninth = "2025-09-08", "2025-09-09"
    with publishing() as publish:
        publish(ninth, eighth)
        wait_until(lambda: [run["state"] for run in airflow.runs()] == ["success"] * 2)
        publish(ninth)
        wait_until(lambda: [run["state"] for run in airflow.runs()] == ["success"] * 3)
    runs = airflow.runs()
    assert sorted(run["partition_key"] for run in runs) == [eighth, ninth, ninth]
    assert {run["run_type"] for run in runs} == {"asset_triggered"}
    passed_on = {
        eighth: ["2025-09-08 SAKERNAS: 1 (0.5)"],
        ninth: ["2025-09-09 SAKERNAS: 2 (0.5)", "2025-09-09 SEMESTA_BPJS: 3 (0.5)"],
    }
    for run in runs:
        assert airflow.result(run["dag_run_id"], "pass_on") == passed_on[run["partition_key"]]
