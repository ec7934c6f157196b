"""Airflow's local executor with what tasks import already there. Imports Airflow: for Airflow alone."""

from __future__ import annotations

from importlib import import_module

from airflow.executors.local_executor import LocalExecutor

from cakupan.quality.gx_context import great_expectations
from cakupan.waste import search_rarely

NEEDED = (
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.dag_processing.dagbag",
    "airflow.providers.standard.decorators.sensor",
    "airflow.sdk.definitions.asset.metadata",
    "airflow.sdk.definitions.decorators.setup_teardown",
    "airflow.sdk.definitions.decorators.task_group",
    "cakupan.orchestration.notifier",
    "cakupan.sources.sftp",
    "cakupan.sources.rest",
    "cakupan.sources.sql",
    "dbt.cli.main",
    "dbt.adapters.postgres",
)
"""What tasks import, or what they import from: seconds of each task that begins without."""


def import_what_tasks_need() -> None:
    """Import it, before processes are forked that run tasks."""
    for name in NEEDED:
        import_module(name)
    great_expectations()
    search_rarely()


class PreparedExecutor(LocalExecutor):  # type: ignore[misc]  # mypy does not read Airflow
    """Forks its workers, and they the tasks, from a process that has imported what tasks need.

    Only code is shared in this way, as it is by the scheduler anyway; feeds and rules are read by each task.
    """

    def start(self) -> None:
        """Import what tasks need, then fork the workers."""
        import_what_tasks_need()
        super().start()
