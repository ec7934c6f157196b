"""One DAG per agency: archive what it delivered, land it, validate it. A feed's trouble stays with the feed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, PokeReturnValue, dag, task, task_group

from cakupan import night, orchestration


def ingest(agency: str) -> None:
    """Define the DAG `ingest_<agency>`."""

    @dag(
        dag_id=f"ingest_{agency}",
        schedule=orchestration.nightly(),
        start_date=orchestration.START,
        catchup=False,
        default_args=orchestration.TASKS,
        tags=["ingest", agency],
        doc_md=f"Pulls the feeds of `{agency}` into the archive, lands and validates them.",
    )
    def ingest_agency() -> None:
        for feed in night.feeds_of(agency):
            ingest_feed(feed.feed, feed.name)

    ingest_agency()


def ingest_feed(group: str, feed: str) -> None:
    """Define the tasks of one feed."""

    @task_group(group_id=group)
    def feed_tasks() -> None:
        @task.sensor(mode="reschedule", poke_interval=300, timeout=timedelta(hours=6).total_seconds())
        def archive(dag_run: Any = None) -> PokeReturnValue:
            return PokeReturnValue(is_done=orchestration.archive(feed, dag_run))

        @task
        def land() -> int:
            return night.land(feed)

        @task(outlets=[Asset(f"cakupan://accepted/{feed}")])
        def validate(dag_run: Any = None) -> int:
            return night.validate(feed, orchestration.night_of(dag_run))

        archive() >> land() >> validate()

    feed_tasks()


for each in night.agencies():
    ingest(each)
