"""The night's warehouse: when the agencies are in or the cut-off has come, build the star and publish it whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, PokeReturnValue, dag, task, teardown

from cakupan import for_readers, night, orchestration, publish
from cakupan.orchestration import deadline, notifier

MARTS = Asset("cakupan://marts")
"""A partition for each night, told when the night is published; see docs/after-the-night.md."""


@dag(
    schedule=orchestration.nightly(),
    start_date=orchestration.START,
    catchup=False,
    max_active_runs=1,  # a backfill has a number of its own: start_run waits for its turn
    deadline=deadline.DEADLINE,
    default_args=orchestration.task_defaults(),
    tags=["warehouse"],
    doc_md=__doc__,
)
def warehouse() -> None:
    """Wait, freeze what the night rests on, build layer by layer, move the readers' pointer."""

    @task.sensor(mode="reschedule", poke_interval=60, timeout=orchestration.longest_wait())
    def agencies_are_in(dag_run: Any = None) -> PokeReturnValue:
        return PokeReturnValue(is_done=orchestration.agencies_are_in(dag_run))

    @task.sensor(mode="reschedule", poke_interval=20, timeout=timedelta(days=1).total_seconds())
    def start_run(dag_run: Any = None) -> PokeReturnValue:
        run = orchestration.start_run(dag_run)  # nights are built one after another, backfills too
        return PokeReturnValue(is_done=run is not None, xcom_value=run)

    @task
    def build(run: int, layer: str) -> int:
        return night.build(run, layer)

    @task(outlets=[MARTS])
    def publish_run(run: int, dag_run: Any = None, outlet_events: Any = None) -> None:
        night.publish_run(run)
        outlet_events[MARTS].add_partitions(orchestration.night_of(dag_run).isoformat())

    @task
    def seal() -> None:
        night.seal()

    @task
    def report(dag_run: Any = None) -> str:
        return for_readers.report(orchestration.night_of(dag_run))

    @task
    def write_pages(dag_run: Any = None) -> str:
        as_of = orchestration.night_of(dag_run)
        pages = for_readers.write_pages(as_of)
        for_readers.write_scorecards(as_of)  # last: what goes wrong with an office's own keeps no page from the others
        return pages

    @teardown  # whatever became of the others, and without a say in whether the run failed
    def tell_data_team(dag_run: Any = None) -> str:
        return notifier.tell_data_team(dag_run)

    run = start_run()
    step = agencies_are_in() >> run
    for layer in publish.LAYERS:
        step = step >> build.override(task_id=f"build_{layer}")(run, layer)
    step >> publish_run(run) >> [seal(), report(), write_pages()] >> tell_data_team()


warehouse()
