"""A DAG to copy: it runs whenever the marts of a night are published, with that night, and reads them as BI does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Asset, PartitionedAssetTimetable, dag, task

COVERAGE = """
    select denominator_code, active_participants, coverage_rate
    from marts.universal_coverage
    where as_of_date = %s
    order by denominator_code
"""


@dag(
    schedule=PartitionedAssetTimetable(assets=Asset("cakupan://marts")),
    start_date=datetime(2025, 1, 1),
    catchup=False,
    tags=["example"],
)
def after_the_night() -> None:
    """Wait for nothing: the run begins when its night is in the marts, and again when that night is published anew."""

    @task
    def read_coverage(dag_run: Any = None) -> list[list[Any]]:
        night = dag_run.partition_key  # YYYY-MM-DD
        rows = PostgresHook("cakupan_marts").get_records(COVERAGE, parameters=(night,))
        return [[code, participants, str(rate)] for code, participants, rate in rows]

    @task
    def pass_on(rows: list[list[Any]], dag_run: Any = None) -> list[str]:
        # Replace what was passed on of this night before: a night may be published more than once.
        return [f"{dag_run.partition_key} {code}: {participants} ({rate})" for code, participants, rate in rows]

    pass_on(read_coverage())


after_the_night()
