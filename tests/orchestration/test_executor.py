"""Tasks of a scheduled night are forked from a process that has imported what they need, and read nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cakupan import orchestration, settings
from cakupan.orchestration import component

STARTED = """
import json, sys
from unittest.mock import patch
from airflow.executors.local_executor import LocalExecutor
from airflow.executors.executor_loader import ExecutorLoader
executor = ExecutorLoader.get_default_executor()
def start(self):
    from cakupan.feeds import load_feeds
    wanted = ("great_expectations", "dbt.cli.main", "dbt.adapters.postgres", "paramiko", "cakupan.night")
    print(json.dumps([[name for name in wanted if name not in sys.modules], load_feeds.cache_info().currsize]))
with patch.object(LocalExecutor, "start", start):
    executor.start()
"""


def test_workers_are_forked_when_all_is_imported_and_no_feed_is_read(installation: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-c", STARTED],
        env=os.environ | orchestration.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    missing, feeds_read = json.loads(started.stdout.splitlines()[-1])
    assert missing == []
    assert feeds_read == 0


def test_production_runs_the_same_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_PG_HOST", "postgres")
    services = yaml.safe_load((settings.PROJECT / "docker-compose.yml").read_text())["services"]
    scheduler = services["airflow-scheduler"]
    assert scheduler["command"][:4] == ["python", "-m", "cakupan.orchestration.component", "scheduler"]
    name = "AIRFLOW__CORE__EXECUTOR"
    assert name not in scheduler["environment"]  # which would win
    assert component.settings_of("scheduler")[name] == orchestration.environment()[name]
