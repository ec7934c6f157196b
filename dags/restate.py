"""After the night: published nights that a late, mended or released delivery touches are built again, in order."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

from cakupan import night, orchestration


@dag(
    schedule=orchestration.after_the_night(),
    start_date=orchestration.START,
    catchup=False,
    max_active_runs=1,
    tags=["restate"],
    doc_md=__doc__,
)
def restate() -> None:
    """Find the nights and run the warehouse's DAG for each, one after another."""

    @task
    def nights_to_restate() -> list[dict[str, Any]]:
        return [{"night": as_of.isoformat()} for as_of in night.nights_to_restate()]

    TriggerDagRunOperator.partial(
        task_id="build_again",
        trigger_dag_id="warehouse",
        wait_for_completion=True,
        max_active_tis_per_dagrun=1,
        openlineage_inject_parent_info=False,
    ).expand(conf=nights_to_restate())


restate()
