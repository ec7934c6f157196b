"""Nights that begin only when asked for. Imports Airflow: for the DAGs and for Airflow alone.

Simulated and recorded deliveries belong to nights of their own, long past: today's date, which a scheduler would run at
once, has none of them and would find every agency late.
"""

from __future__ import annotations

from typing import Any

from airflow.timetables.trigger import CronPartitionTimetable


class WhenAsked(CronPartitionTimetable):  # type: ignore[misc]  # mypy does not read Airflow
    """The nights of the schedule, for runs by hand and backfills: none begins by itself."""

    @property
    def summary(self) -> str:
        """What Airflow's UI shows."""
        return "when asked"

    def next_dagrun_info_v2(self, *, last_dagrun_info: Any, restriction: Any) -> None:
        """Tell that no night comes next."""
        return
