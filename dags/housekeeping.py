"""Between the nights: what no night rests on any more is reported, and then goes as the retention of its feed says."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from cakupan import housekeeping, orchestration


@dag(
    dag_id="housekeeping",
    schedule=orchestration.after_the_night(),
    start_date=orchestration.START,
    catchup=False,
    max_active_runs=1,
    default_args=orchestration.task_defaults(),
    tags=["housekeeping"],
    doc_md=__doc__,
)
def keep_house() -> None:
    """Report what is out of use, then drop what was reported: marking the report failed keeps all of it."""

    @task
    def report() -> list[dict[str, Any]]:
        return housekeeping.report()

    @task
    def drop_outdated(reported: list[dict[str, Any]]) -> str:
        return housekeeping.keep_house(reported)

    drop_outdated(report())


keep_house()
