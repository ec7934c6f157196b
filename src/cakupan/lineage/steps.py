"""What the steps of a night read and write, by their names in Airflow."""

from __future__ import annotations

from cakupan.lineage import models
from cakupan.lineage.events import Dataset, archived, delivered, relation

Ends = tuple[tuple[Dataset, ...], tuple[Dataset, ...]]
"""What a step reads and what it writes."""


def step_datasets(step: str) -> Ends:
    """Name inputs and outputs of `ingest_<agency>.<feed>.<step>` and of publishing; dbt's models tell their own."""
    if step == "warehouse.publish_run":
        return _published()
    dag, _, task = step.partition(".")
    feed, _, what = task.rpartition(".")
    agency = dag.removeprefix("ingest_")
    if agency == dag or not feed:
        return (), ()
    name, table = f"{agency}.{feed}", f"{agency}_{feed}"
    landed = relation(f"landing.{table}")
    ends: dict[str, Ends] = {
        "archive": ((delivered(name),), (archived(name),)),
        "land": ((archived(name),), (landed,)),
        "validate": ((landed,), (relation(f"quarantine.{table}"), relation(f"accepted.{table}"))),
    }
    return ends.get(what, ((), ()))


def _published() -> Ends:
    """Name the tables that dbt filled and the views through which readers see them from now on."""
    built = models.direct_sources()
    stored = {name.replace("marts.", "warehouse.", 1): name for name in built if name.startswith("marts.")}
    shown = {table: view for table, view in sorted(stored.items()) if table in built}
    views = tuple(relation(view, models.column_lineage(view)) for view in shown.values())
    return tuple(relation(table) for table in shown), views
