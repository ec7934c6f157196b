"""Between the nights: landed rows that no night rests on any more make room; the archive gives them again by need."""

from __future__ import annotations

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
    """Drop what is out of use."""

    @task
    def drop_outdated() -> str:
        return housekeeping.keep_house()

    drop_outdated()


keep_house()
