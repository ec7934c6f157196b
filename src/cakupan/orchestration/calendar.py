"""The nights as Airflow's lists show them, and nights that begin only when asked for. Imports Airflow: for it alone.

Simulated and recorded deliveries belong to nights of their own, long past: today's date, which a scheduler would run at
once, has none of them and would find every agency late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from airflow.timetables.trigger import CronPartitionTimetable
from airflow.utils.types import DagRunType

from cakupan import settings


class Nightly(CronPartitionTimetable):  # type: ignore[misc]  # mypy does not read Airflow
    """The nights of the schedule; a run is named by its night, not by a moment in UTC, which is the day before."""

    def generate_run_id(self, *, run_type: Any, run_after: datetime, **about: Any) -> str:
        """Name a run `scheduled__night_2025-10-02__1a2b3c4d`; one by hand, which has no key, by the city's time."""
        return named(run_type, about.get("partition_key"), run_after)

    def iter_partition_dagrun_infos(self, *, earliest: datetime, latest: datetime) -> Iterator[Any]:
        """Yield the nights of all days from a first to a last one, whatever hour of them is named.

        A day that is named by its date ends for Airflow as it begins: the night of the last one, which begins at 01:00,
        would be left out without a word.
        """
        zone = ZoneInfo(settings.TIME_ZONE)
        first, last = (moment.astimezone(zone).date() for moment in (earliest, latest))
        yield from super().iter_partition_dagrun_infos(
            earliest=datetime.combine(first, time.min, zone), latest=datetime.combine(last, time.max, zone)
        )


class WhenAsked(Nightly):
    """The nights of the schedule, for runs by hand and backfills: none begins by itself."""

    @property
    def summary(self) -> str:
        """What Airflow's UI shows."""
        return "when asked"

    def next_dagrun_info_v2(self, *, last_dagrun_info: Any, restriction: Any) -> None:
        """Tell that no night comes next."""
        return


def named(run_type: Any, night: str | None, run_after: datetime) -> str:
    """Return the name of a run, which no other has."""
    when = f"night_{night}" if night else f"{run_after.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%dT%H:%M:%S%z}"
    return str(DagRunType(run_type).generate_run_id(suffix=f"{when}__{uuid4().hex[:8]}"))
