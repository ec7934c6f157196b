"""One DAG per agency: archive what it delivered, land it, validate it. A feed's trouble stays with the feed."""

from __future__ import annotations

from typing import Any

from airflow.sdk import PokeReturnValue, dag, task, task_group, teardown

from cakupan import night, orchestration
from cakupan.orchestration import notifier


def ingest(agency: str) -> None:
    """Define the DAG `ingest_<agency>`."""

    @dag(
        dag_id=f"ingest_{agency}",
        schedule=orchestration.nightly(),
        start_date=orchestration.START,
        catchup=False,
        default_args=orchestration.task_defaults(),
        tags=["ingest", agency],
        doc_md=f"Pulls the feeds of `{agency}` into the archive, lands and validates them, and tells the office.",
    )
    def ingest_agency() -> None:
        @teardown  # whatever became of the feeds, and without a say in whether the run failed
        def tell_office(dag_run: Any = None) -> str:
            return notifier.tell_office(agency, dag_run)

        [ingest_feed(feed.feed, feed.name) for feed in night.feeds_of(agency)] >> tell_office()

    ingest_agency()


def ingest_feed(group: str, feed: str) -> Any:
    """Define the tasks of one feed; returns their group."""

    @task_group(group_id=group)
    def feed_tasks() -> None:
        @task.sensor(mode="reschedule", poke_interval=300, timeout=orchestration.longest_wait())
        def archive(dag_run: Any = None) -> PokeReturnValue:
            return PokeReturnValue(is_done=orchestration.archive(feed, dag_run))

        @task
        def land() -> int:
            return night.land(feed)

        @task
        def validate(dag_run: Any = None) -> int:
            return night.validate(feed, orchestration.night_of(dag_run))

        archive() >> land() >> validate()

    return feed_tasks()


for each in night.agencies():
    ingest(each)
