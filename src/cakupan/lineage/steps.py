"""What the steps of a night read and write, by their names in Airflow."""

from __future__ import annotations

from cakupan import settings
from cakupan.feeds import load_feeds
from cakupan.lineage import models
from cakupan.lineage.events import Dataset, archived, delivered, relation

Ends = tuple[tuple[Dataset, ...], tuple[Dataset, ...]]
"""What a step reads and what it writes."""


def step_datasets(step: str) -> Ends:
    """Name inputs and outputs of `ingest_<agency>.<feed>.take_in` and of publishing; dbt's models tell their own."""
    if step == "warehouse.publish_run":
        return _published()
    dag, _, task = step.partition(".")
    feed, _, what = task.rpartition(".")
    agency = dag.removeprefix("ingest_")
    if agency == dag or what != "take_in":
        return (), ()
    name, table = f"{agency}.{feed}", f"{agency}_{feed}"
    kept = [f"{schema}.{table}" for schema in ("landing", "quarantine", "accepted", "keyed")]
    if any(feed.amounts for feed in load_feeds(settings.FEEDS) if feed.name == name):
        kept += [f"keyed.landed_{table}", f"keyed.examined_{table}"]
    return (delivered(name),), (archived(name), *map(relation, kept))


def _published() -> Ends:
    """Name the tables that dbt filled and the views through which readers see them from now on."""
    built = models.direct_sources()
    stored = {name.replace("marts.", "warehouse.", 1): name for name in built if name.startswith("marts.")}
    shown = {table: view for table, view in sorted(stored.items()) if table in built}
    views = tuple(relation(view, models.column_lineage(view)) for view in shown.values())
    return tuple(relation(table) for table in shown), views
