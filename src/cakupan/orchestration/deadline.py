"""When the marts of a night are due, as an Airflow deadline. Imports Airflow: for the DAGs and for Airflow alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineAlert
from airflow.sdk.plugins_manager import AirflowPlugin

from cakupan import for_readers, settings
from cakupan.orchestration.calendar import Nightly, WhenAsked


class MartsDue(BaseDeadlineReference):  # type: ignore[misc]  # mypy does not read Airflow
    """When the marts of the run's business date are due, whenever the run began.

    There is no deadline for a past night, which is run by hand or filled in, nor for a run without a business date.
    """

    required_kwargs = {"dag_id", "run_id"}  # noqa: RUF012 - as Airflow declares it

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import select

        key = session.scalar(select(DagRun.partition_key).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
        return due(key, datetime.now(UTC))


def due(partition: str | None, now: datetime) -> datetime | None:
    """Tell when the marts of the business date in the partition key are due; None without one, or where it is past."""
    if partition is None:
        return None
    as_of = date.fromisoformat(partition)
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return for_readers.marts_due(as_of).astimezone(UTC) if as_of >= today else None


def marts_are_late(context: dict[str, Any]) -> None:
    """Answer Airflow's call for a deadline that was missed."""
    from cakupan.orchestration.notifier import tell_late_marts

    tell_late_marts(context["dag_run"]["partition_key"])


class Plugin(AirflowPlugin):  # type: ignore[misc]  # mypy does not read Airflow
    """What Airflow must know before it can read the DAGs: see the entry points in pyproject.toml."""

    name = "cakupan"
    deadline_references = [MartsDue]  # noqa: RUF012 - as Airflow declares it
    timetables = [Nightly, WhenAsked]  # noqa: RUF012


DEADLINE = DeadlineAlert(MartsDue(), timedelta(0), SyncCallback(marts_are_late), name="marts are due")
"""The deadline of the warehouse's DAG."""
