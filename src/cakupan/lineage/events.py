"""OpenLineage run events as plain dictionaries, by the specification 2-0-2.

Built without the OpenLineage client, whose import would cost every task process more than all its events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cakupan.database.connection import database_name, host_and_port

NAMESPACE = "cakupan"
PRODUCER = "urn:cakupan"
SPEC = "https://openlineage.io/spec"

Event = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One run of one job: a DAG, a task of it, or a model of dbt. `key` tells the run from all others of the job."""

    name: str
    key: str
    kind: tuple[str, str]
    """What the job is: integration and job type, as AIRFLOW, TASK."""
    night: date | None = None
    warehouse_run: int | None = None
    parent: Job | None = None

    @property
    def run_id(self) -> UUID:
        """The run's identifier, the same whoever works it out."""
        return uuid5(NAMESPACE_URL, f"{PRODUCER}:{self.name}:{self.key}")


@dataclass(frozen=True)
class Dataset:
    """What a job reads or writes: a relation of the warehouse, or files of an agency."""

    namespace: str
    name: str
    facets: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None


def relation(name: str, facets: Mapping[str, Any] | None = None, rows: int | None = None) -> Dataset:
    """Name a relation of the warehouse, spelled schema.name; its namespace says where the server listens."""
    host, port = host_and_port()
    return Dataset(f"postgres://{host}:{port}", f"{database_name()}.{name}", facets or {}, rows)


def delivered(feed: str) -> Dataset:
    """Name what an agency delivers of a feed."""
    return Dataset(NAMESPACE, f"agencies/{feed}")


def archived(feed: str) -> Dataset:
    """Name a feed's files in the archive."""
    return Dataset(NAMESPACE, f"archive/{feed}")


def event(
    state: str,
    job: Job,
    at: datetime | None = None,
    inputs: Iterable[Dataset] = (),
    outputs: Iterable[Dataset] = (),
    *,
    error: str | None = None,
) -> Event:
    """Tell what happened to a run: `state` is START, COMPLETE, FAIL or ABORT. `error` names a kind, never values."""
    return {
        "eventType": state,
        "eventTime": (at or datetime.now(UTC)).isoformat(),
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(job.run_id), "facets": _run_facets(job, error)},
        "job": {"namespace": NAMESPACE, "name": job.name, "facets": {"jobType": _job_type(job.kind)}},
        "inputs": [_dataset(dataset) for dataset in inputs],
        "outputs": [_dataset(dataset, written=True) for dataset in outputs],
    }


def facet(schema: str, **content: Any) -> dict[str, Any]:
    """Make a facet with what every facet says of itself; `schema` as `1-0-0/NominalTimeRunFacet`."""
    url = f"{SPEC}/facets/{schema}.json#/$defs/{schema.split('/')[1]}" if "/" in schema else f"{PRODUCER}:{schema}"
    return {"_producer": PRODUCER, "_schemaURL": url, **content}


def _run_facets(job: Job, error: str | None) -> dict[str, Any]:
    facets = {}
    if job.night:
        said: dict[str, Any] = {"night": job.night.isoformat()}
        if job.warehouse_run is not None:
            said["warehouseRun"] = job.warehouse_run
        facets["cakupan_night"] = facet("NightRunFacet", **said)
    if job.parent:
        root = job.parent
        while root.parent:
            root = root.parent
        facets["parent"] = facet("1-2-0/ParentRunFacet", **_run_of(job.parent), root=_run_of(root))
    if error:
        facets["errorMessage"] = facet("1-0-1/ErrorMessageRunFacet", message=error, programmingLanguage="python")
    return facets


def _run_of(job: Job) -> dict[str, Any]:
    return {"run": {"runId": str(job.run_id)}, "job": {"namespace": NAMESPACE, "name": job.name}}


def _job_type(kind: tuple[str, str]) -> dict[str, Any]:
    return facet("2-0-4/JobTypeJobFacet", processingType="BATCH", integration=kind[0], jobType=kind[1])


def _dataset(dataset: Dataset, written: bool = False) -> dict[str, Any]:
    told = {"namespace": dataset.namespace, "name": dataset.name, "facets": dict(dataset.facets)}
    if written and dataset.rows is not None:
        statistics = facet("1-0-2/OutputStatisticsOutputDatasetFacet", rowCount=dataset.rows)
        told["outputFacets"] = {"outputStatistics": statistics}
    return told
