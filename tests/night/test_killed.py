"""A night that is killed, wherever it stood, is continued by the next one to the same figures."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

import psycopg
import pytest

from cakupan import settings
from simulator.check import differences
from tests.night.bad_night import NIGHTS
from tests.night.conftest import Installation
from tests.warehouse.marts_as_json import actual


@pytest.fixture(scope="module")
def installation(new_installation: Callable[..., Installation]) -> Installation:
    return new_installation(300, "--seed", "5", "--dirt", "0.03")


def run_and_kill(installation: Installation, night: str, at: str, after_seconds: float) -> None:
    """Start the night and kill every process of it some time after it said `at`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAKUPAN_")}
    started = subprocess.Popen(
        [sys.executable, "-m", "cakupan", "nightly", "--date", night, "--from", installation.city / "deliveries"],
        env=environment | {"CAKUPAN_HOME": str(installation.home), "PYTHONUNBUFFERED": "1"},
        cwd=settings.PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert started.stdout
    assert any(at in line for line in started.stdout), f"the night never said {at}"
    time.sleep(after_seconds)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    started.stdout.close()


def test_a_killed_night_is_continued(installation: Installation) -> None:
    run_and_kill(installation, NIGHTS[0], "ingest_bpjstk", 4)
    run_and_kill(installation, NIGHTS[0], "ingest_distan", 0.3)
    run_and_kill(installation, NIGHTS[0], "warehouse", 4)
    ran = installation.run(NIGHTS[0])
    assert ran.returncode == 0, ran.stdout + ran.stderr
    url = installation.cakupan("database", "url", "--role", "auditor").stdout.strip()
    with psycopg.connect(url) as marts:
        assert differences(installation.expected(NIGHTS[0]), actual(marts, date.fromisoformat(NIGHTS[0]))) == []
        (published,) = marts.execute("select count(*) from ledger.publication").fetchone()
    assert published == 1
    airflow = re.sub(
        r"/[^/]*$", "/airflow", installation.cakupan("database", "url", "--role", "airflow").stdout.strip()
    )
    with psycopg.connect(airflow) as metadata:
        assert metadata.execute("select count(*) from dag_run where state = 'running'").fetchone() == (0,)
