"""Where lineage events go: a file of the installation, or the transport that the environment names."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cakupan import settings
from cakupan.lineage.events import Event

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient

AIRFLOW_TRANSPORT = "AIRFLOW__OPENLINEAGE__TRANSPORT"

log = logging.getLogger(__name__)


def file_of(night: date | None) -> Path:
    """The file that holds a night's events, one JSON document a line."""
    return settings.home() / "lineage" / f"events-{night or 'other'}.jsonl"


def send(events: Sequence[Event], night: date | None) -> None:
    """Tell the events. Never raises: a night does not fail because nobody listens."""
    try:
        if os.environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true":
            return
        if _elsewhere():
            client = _client()
            for event in events:
                client.emit(typed(event))
        else:
            path = file_of(night)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as lines:
                lines.write("".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events))
    except Exception as error:
        log.warning("lineage: %d events were not told: %s", len(events), type(error).__name__)


def _elsewhere() -> bool:
    """Whether the environment names a transport, in OpenLineage's way or in Airflow's."""
    named = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", AIRFLOW_TRANSPORT)
    return any(os.environ.get(name) for name in named) or any(
        name.startswith("OPENLINEAGE__TRANSPORT") for name in os.environ
    )


@cache
def _client() -> OpenLineageClient:
    from openlineage.client import OpenLineageClient

    if transport := os.environ.get(AIRFLOW_TRANSPORT):
        return OpenLineageClient(config={"transport": json.loads(transport)})
    return OpenLineageClient()


def typed(event: Event) -> Any:
    """The event as the OpenLineage client wants it."""
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

    return RunEvent(
        eventType=RunState(event["eventType"]),
        eventTime=event["eventTime"],
        producer=event["producer"],
        run=Run(**event["run"]),
        job=Job(**event["job"]),
        inputs=[InputDataset(**dataset) for dataset in event["inputs"]],
        outputs=[OutputDataset(**dataset) for dataset in event["outputs"]],
    )
