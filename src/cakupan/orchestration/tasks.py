"""What the DAGs are written with: their schedule, the night of a run, waiting, and what every task has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cakupan import night, publish, settings
from cakupan.orchestration.agencies import source_of
from cakupan.sources import NotConnected

PATIENCE = timedelta(minutes=30)
START = datetime(2025, 1, 1, tzinfo=ZoneInfo(settings.TIME_ZONE))


def nightly() -> Any:
    """The schedule of every DAG: a partition for each business date, opening at 01:00 local time."""
    from airflow.sdk import CronPartitionTimetable

    return CronPartitionTimetable("0 1 * * *", timezone=settings.TIME_ZONE, key_format="%Y-%m-%d")


def night_of(dag_run: Any) -> date:
    """The business date of a DAG run: its partition, or `night` in the configuration of a run by hand."""
    return date.fromisoformat(dag_run.partition_key or dag_run.conf["night"])


def archive(feed: str, dag_run: Any) -> bool:
    """Archive the feed's new deliveries; False while the night's own one is due and may still come."""
    arrived = night.archive(feed, night_of(dag_run), source_of(feed.partition(".")[0]))
    return arrived or not _may_wait(dag_run, night.cut_off(night_of(dag_run)))


def agencies_are_in(dag_run: Any) -> bool:
    """Whether every feed is done for the night, or nobody waits for it any longer.

    A past night is filled in while its cut-off is long over: then the feeds have `PATIENCE` from the run's start.
    """
    as_of = night_of(dag_run)
    until = max(night.cut_off(as_of), dag_run.start_date + PATIENCE)
    return not _may_wait(dag_run, until) or not night.not_done(as_of)


def _may_wait(dag_run: Any, until: datetime) -> bool:
    """Whether the run waits at all, which one started by hand from the command line does not, and still may."""
    return bool(dag_run.partition_key) and datetime.now(UTC) < until


def note_failure(context: Any) -> None:
    """Airflow's callback for a task that failed for good: keep what a person needs to know in the ledger."""
    exception = context.get("exception")
    told = isinstance(
        exception, night.StepFailed | publish.BuildFailed | publish.NotBuilt | publish.StaleRun | NotConnected
    )
    message = str(exception) if told else type(exception).__name__
    instance = context["task_instance"]
    night.note_failure(night_of(context["dag_run"]), f"{instance.dag_id}.{instance.task_id}", message)


TASKS = {"retries": 1, "retry_delay": timedelta(seconds=10), "on_failure_callback": note_failure}
"""What every task has: one more try, because most trouble is the network's, and a line in the ledger when it fails."""
