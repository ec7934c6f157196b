"""One DAG per agency, one task per feed: archive what came, land and validate it. Trouble with a feed stays with it."""

from __future__ import annotations

from typing import Any

from airflow.sdk import PokeReturnValue, dag, get_parsing_context, task, teardown

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

        [take_in(feed.feed, feed.name) for feed in night.feeds_of(agency)] >> tell_office()

    ingest_agency()


def take_in(group: str, feed: str) -> Any:
    """Define the task of one feed; returns it."""

    @task.sensor(
        task_id=f"{group}.take_in",
        mode="reschedule",
        poke_interval=300,
        timeout=orchestration.longest_wait(),
        queue=orchestration.feeds_queue(),
    )
    def take_in_feed(dag_run: Any = None) -> PokeReturnValue:
        return PokeReturnValue(is_done=orchestration.take_in(feed, dag_run))

    return take_in_feed()


for each in night.agencies():
    if get_parsing_context().dag_id in (None, f"ingest_{each}"):  # a task needs its own DAG alone
        ingest(each)
