"""What the DAGs are written with: their schedule, the night of a run, waiting, and what every task has."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cakupan import night, publish, settings
from cakupan.landing.pulling import OlderLeft
from cakupan.orchestration import trouble
from cakupan.orchestration.agencies import source_of
from cakupan.orchestration.scheduling import begins_by_itself

PATIENCE = timedelta(minutes=30)
LONGEST_WAIT = timedelta(hours=6)
AFTER_THE_NIGHT = timedelta(hours=1)
person_waits = False
"""Whether the night is run in this process for a person on the command line."""
tell_person: Callable[[str], None] | None = None
"""Tells that person each task that begins."""

START = datetime(2025, 1, 1, tzinfo=ZoneInfo(settings.TIME_ZONE))


def nightly() -> Any:
    """Make the schedule of the nights' DAGs: a partition for each business date, from the hour of its opening on."""
    return _daily(settings.hours().opening)


def after_the_night() -> Any:
    """Make the schedule of what is done between the nights: daily, an hour after the marts are due."""
    due = datetime.combine(START, settings.hours().marts_due)
    return _daily((due + AFTER_THE_NIGHT).time())


def _daily(at: time) -> Any:
    from cakupan.orchestration.calendar import Nightly, WhenAsked

    kind = Nightly if begins_by_itself() else WhenAsked
    return kind(f"{at.minute} {at.hour} * * *", timezone=settings.TIME_ZONE, key_format="%Y-%m-%d")


def longest_wait() -> float:
    """Compute the seconds after which a sensor that waits for agencies has given up: well after the cut-off."""
    hours = settings.hours()
    open_for = datetime.combine(date.min, hours.cut_off) - datetime.combine(date.min, hours.opening)
    return max(LONGEST_WAIT, open_for + 2 * PATIENCE).total_seconds()


def night_of(dag_run: Any) -> date:
    """Read the business date of a DAG run: its partition, or `night` in the configuration of a run by hand."""
    return date.fromisoformat(dag_run.partition_key or dag_run.conf["night"])


def take_in(feed: str, dag_run: Any) -> bool:
    """Archive the feed's new deliveries, land and validate them; False while the night's own one may still come.

    One task does all three, because for most feeds a process of its own costs more than the work.
    """
    if not archive(feed, dag_run):
        return False
    night.land(feed)
    night.validate(feed, night_of(dag_run))
    return True


def archive(feed: str, dag_run: Any) -> bool:
    """Archive the feed's new deliveries; False while the night's own one is due and may still come.

    Trouble that may pass is waited out as long as a late delivery is; then, and of a run by hand, it is raised.
    """
    as_of, agency = night_of(dag_run), feed.partition(".")[0]
    may_wait = _may_wait(dag_run, night.cut_off(as_of))
    try:
        with trouble.noting_who_is_away(agency):
            return night.archive(feed, as_of, source_of(agency)) or not may_wait
    except OlderLeft as left:
        night.note_failure(as_of, f"ingest_{feed}.take_in", trouble.told(left.cause, f"ingest_{agency}"))
        return True
    except trouble.PASSING as error:
        if not may_wait:
            raise
        logging.getLogger(__name__).warning("%s", trouble.told(error, f"ingest_{agency}"))
        return False


def agencies_are_in(dag_run: Any) -> bool:
    """Tell whether every feed is done for the night, or nobody waits for it any longer.

    A past night is filled in while its cut-off is long over: then the feeds have `PATIENCE` from the run's start.
    """
    as_of = night_of(dag_run)
    until = max(night.cut_off(as_of), dag_run.start_date + PATIENCE)
    return not _may_wait(dag_run, until) or not night.feeds_not_done(as_of)


def start_run(dag_run: Any) -> int | None:
    """Start the night's run and return its number; None while another night is being built before it.

    Where a person waits for the night on the command line, it raises publish.Busy instead.
    """
    try:
        return night.start_run(night_of(dag_run))
    except publish.Busy as busy:
        if person_waits:
            raise
        logging.getLogger(__name__).warning("%s", busy)
        return None


def decisions_to_ask_for() -> list[dict[str, Any]]:
    """Return, for each held delivery, what a run of the DAG `decide` is begun with: its name and configuration."""
    return [
        {
            "trigger_run_id": f"delivery_{held.delivery_id}",
            "conf": {
                "night": held.business_date.isoformat(),
                "delivery_id": held.delivery_id,
                "subject": f"{held.name} {held.business_date}",
                "body": f"{held.reason_id}\n\n{held.reason_en}",
            },
        }
        for held in night.held_deliveries()
    ]


def _may_wait(dag_run: Any, until: datetime) -> bool:
    """Return whether a scheduled run may still wait for agencies; one from the command line never waits."""
    return bool(dag_run.partition_key) and datetime.now(UTC) < until


def note_failure(context: Any) -> None:
    """Keep in the ledger what a person needs to know of a task that failed for good; Airflow's callback."""
    instance = context["task_instance"]
    message = trouble.told(context.get("exception"), instance.dag_id)
    night.note_failure(night_of(context["dag_run"]), f"{instance.dag_id}.{instance.task_id}", message)


def task_defaults() -> dict[str, Any]:
    """Give every task more tries where they may help, and a line in the ledger when it fails for good."""
    return {
        "retries": trouble.RETRIES,
        "retry_delay": trouble.DELAY,
        "retry_policy": trouble.retry_policy(),
        "on_failure_callback": note_failure,
    }
