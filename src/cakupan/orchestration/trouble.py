"""What is tried again, and what a person is told when it is tried no more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from cakupan import publish, steps
from cakupan.database import said
from cakupan.invisible import spelled_out
from cakupan.sources import Away, NotConnected, PartialDelivery, Unreachable

RETRIES = 2
DELAY = timedelta(seconds=10)
PASSING = (Unreachable, PartialDelivery, steps.DatabaseLost, OSError)
"""What may be over in a moment: of the network, of a system, of a disk. OSError covers ConnectionError."""
LASTING = (NotConnected, publish.NotBuilt, publish.StaleRun, publish.Busy)
"""What stays as it is until a person does something; Airflow asks in this order."""

_away: dict[str, tuple[float, str]] = {}


def retry_policy() -> Any:
    """Make Airflow's policy for every task."""
    from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

    return ExceptionRetryPolicy(
        [
            RetryRule([*PASSING], RetryAction.RETRY, DELAY, "may be over in a moment"),
            RetryRule([*LASTING], RetryAction.FAIL, reason="only a person can help"),
        ]
    )


@contextmanager
def noting_who_is_away(agency: str) -> Iterator[None]:
    """Ask a system that did not answer once for all feeds of its agency, not once for each.

    Feeds that share a process, as in a night from the command line, would otherwise wait for it one after another.
    Raises Away when it was found so less than `DELAY` ago, which is when Airflow tries again. A system that answers
    and breaks off over one feed says nothing of the others: each has all its own tries.
    """
    since, why = _away.get(agency, (-DELAY.total_seconds(), ""))
    if time.monotonic() - since < DELAY.total_seconds():
        raise Away(why)
    try:
        yield
    except Away as error:
        _away[agency] = (time.monotonic(), str(error))
        raise


def told(error: Any, dag_id: str) -> str:
    """Say in one line for a person: what happened, without a value of a row or a secret, and what to do next.

    It goes to logs, which are read on terminals: what an agency's system called something steers none.
    """
    return spelled_out(_told(error, dag_id))


def _told(error: Any, dag_id: str) -> str:
    agency = dag_id.removeprefix("ingest_")
    match error:
        case Away():
            return f"{error}. When `cakupan sources check {agency}` shows that it answers, run the night again"
        case Unreachable() | PartialDelivery():
            return (
                f"{error}. Run the night again; if it happens again though `cakupan sources check {agency}` is content,"
                " ask for a new delivery"
            )
        case NotConnected():
            return f"{error}. Mend it until `cakupan sources check {agency}` is content, then run the night again"
        case steps.StepFailed() | publish.BuildFailed() | publish.NotBuilt() | publish.StaleRun() | publish.Busy():
            return str(error)
        case OSError():
            return said(error)
    return type(error).__name__
