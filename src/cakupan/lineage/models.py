"""What dbt built, told as OpenLineage events: one run for each model and seed of a layer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from cakupan.ledger.runs import night_of_run
from cakupan.lineage import sending
from cakupan.lineage.events import Dataset, Event, Job, event, facet, relation

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.contracts.graph.manifest import Manifest

DIRECT = Path(__file__).with_name("columns.json")
"""The direct sources of every column that dbt builds, written by `make lineage`."""

STAGING = "warehouse.stg_"
"""What staging views begin with; the feed's name follows."""

TOLD = ("model", "seed", "snapshot")

parent: Job | None = None
"""The task of Airflow in this process, once its listener has said so."""


def tell_build(connection: psycopg.Connection, run_id: int, manifest: Manifest, results: Sequence[RunResult]) -> None:
    """Tell what a dbt call did, from the project as it read it and its results. Never raises."""
    try:
        night = night_of_run(connection, run_id)
        events = list(events_of(manifest, results, night, run_id))
    except Exception as error:
        sending.log.warning("lineage: what dbt did was not told: %s", type(error).__name__)
        return
    sending.send(events, night)


def events_of(manifest: Manifest, results: Sequence[RunResult], night: date | None, run_id: int) -> Iterator[Event]:
    """Yield a start and an end for each relation that dbt built; inputs and the columns' lineage are with the end."""
    for result in results:
        node = result.node
        name = relation_of(node.relation_name) if node.resource_type in TOLD else None
        times = [at.replace(tzinfo=UTC) for step in result.timing for at in (step.started_at, step.completed_at) if at]
        if name is None or not times:
            continue
        kind = ("DBT", str(node.resource_type).upper())
        job = Job(f"dbt.{node.name}", f"{run_id}:{min(times).isoformat()}", kind, night, run_id, parent)
        yield event("START", job, min(times))
        if result.status == "success":
            read = [relation(source) for source in sorted(set(_inputs(manifest, node)))]
            yield event("COMPLETE", job, max(times), read, [_output(node, name, result)])
        else:
            yield event("FAIL", job, max(times), error=f"dbt: {result.status}")


def relation_of(name: str | None) -> str | None:
    """Return the schema and name of a relation as dbt names it; None where a node builds none."""
    return name.replace('"', "").split(".", 1)[1] if name else None


def _inputs(manifest: Manifest, node: Any) -> Iterator[str]:
    """Yield the relations a node reads, through models that are no relation of their own."""
    for key in node.depends_on_nodes:
        before = manifest.nodes.get(key) or manifest.sources.get(key)
        if before is None:
            continue
        if name := relation_of(before.relation_name):
            yield name
        else:
            yield from _inputs(manifest, before)


def _output(node: Any, name: str, result: RunResult) -> Dataset:
    facets: dict[str, Any] = {}
    if node.columns:
        fields = [
            {"name": column.name, "type": column.data_type or "", "description": column.description}
            for column in node.columns.values()
        ]
        facets["schema"] = facet("1-2-0/SchemaDatasetFacet", fields=fields)
    facets |= column_lineage(name)
    rows = result.adapter_response.get("rows_affected")
    return relation(name, facets, rows if isinstance(rows, int) and rows >= 0 else None)


def column_lineage(name: str) -> dict[str, Any]:
    """Make the facet that says from which columns a relation's are made; empty where nothing is known."""
    columns = direct_sources().get(name, {})
    named = {source: source.rpartition(".") for sources in columns.values() for source in sources}
    datasets = {of: relation(of) for of in {of for of, _, _ in named.values()}}
    fields = {}
    for column, sources in columns.items():
        read = [(datasets[of], field) for of, _, field in (named[source] for source in sources)]
        fields[column] = {"inputFields": [{"namespace": d.namespace, "name": d.name, "field": f} for d, f in read]}
    return {"columnLineage": facet("1-2-0/ColumnLineageDatasetFacet", fields=fields)} if fields else {}


@cache
def direct_sources() -> dict[str, dict[str, list[str]]]:
    """Read the columns that each column of each relation that dbt builds is made of."""
    found: dict[str, dict[str, list[str]]] = json.loads(DIRECT.read_text())
    return found
