"""Where lineage events go: into a file of the installation, and from there to the transport that the environment names.

The file comes first. What could not be sent stays in it, with a mark of how far it was sent beside it, and goes out in
order with the next events or with `python -m cakupan.lineage.sending`; the last event before a break may go out twice.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cakupan import settings
from cakupan.lineage.events import Event
from cakupan.outward import Allowance, alone, within

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient

AIRFLOW_TRANSPORT = "AIRFLOW__OPENLINEAGE__TRANSPORT"
PATIENCE = 2.0  # seconds for one event
SPENT, WHILE = 8.0, 3600.0  # seconds that a night's processes spend on sending in an hour

REFUSED = (400, 413, 422)
"""Answers that mean the event and not the moment: it would be in the way of all others for ever."""

log = logging.getLogger(__name__)


class NotTaken(OSError):
    """The transport did not take an event; says what kind of error it met."""


def folder() -> Path:
    """Tell where the files lie."""
    return settings.home() / "lineage"


def file_of(night: date | None) -> Path:
    """Name the file that holds a night's events, one JSON document a line."""
    return folder() / f"events-{night or 'other'}.jsonl"


def send(events: Sequence[Event], night: date | None) -> None:
    """Tell the events. Never raises and never takes long: a night does not fail or wait because nobody listens."""
    try:
        if os.environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true":
            return
        _write(events, file_of(night))
        if _has_transport() and _allowance().left:
            send_unsent(_allowance())
    except Exception as error:
        log.warning("lineage: %d events were not told: %s", len(events), type(error).__name__)


def send_unsent(allowance: Allowance | None = None) -> int:
    """Send what is kept and was not sent, oldest first; returns how many events. Another process at it does it all.

    Raises NotTaken where the transport does not take one; what was sent before is noted. With an allowance it stops
    when that is spent.
    """
    sent = 0
    with alone(folder() / ".sending", wait=False) as ours:
        if not ours:
            return 0
        for mark in sorted(folder().glob("*.sent")):
            for after, event in _unsent(mark):
                if allowance and not allowance.left:
                    return sent
                _emit(event, allowance)
                _note(mark, after)
                sent += 1
            _forget(mark)
    return sent


def count_unsent() -> int:
    """Count the events that were not sent yet."""
    return sum(1 for mark in sorted(folder().glob("*.sent")) for _ in _unsent(mark))


def _write(events: Sequence[Event], path: Path) -> None:
    """Add the events to their file; where a transport is named, with a mark that they are still to be sent."""
    lines = "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in events)
    with alone(path, wait=True):
        mark = _mark_of(path)
        if _has_transport() and not mark.exists():
            _note(mark, path.stat().st_size)
        with path.open("a") as file:
            file.write(lines)


def _mark_of(path: Path) -> Path:
    return path.with_suffix(".sent")


def _unsent(mark: Path) -> Iterator[tuple[int, Event]]:
    """Yield the events of the marked file that were not sent, each with the place in the file after it."""
    with suppress(FileNotFoundError), mark.with_suffix(".jsonl").open("rb") as file:
        file.seek(int(mark.read_text() or 0))
        for line in iter(file.readline, b""):
            with suppress(ValueError):  # a line that a full disk cut short is no event
                yield file.tell(), json.loads(line)


def _note(mark: Path, place: int) -> None:
    written = mark.with_suffix(".new")
    written.write_text(str(place))
    written.replace(mark)


def _forget(mark: Path) -> None:
    """Drop the mark of a file all of which was sent, unless something was added meanwhile."""
    with alone(mark.with_suffix(".jsonl"), wait=True), suppress(FileNotFoundError):
        if next(_unsent(mark), None) is None:
            mark.unlink()


def _emit(event: Event, allowance: Allowance | None) -> None:
    client, told = _client(), as_client_event(event)  # the import is ours and no sign that nobody answers
    with allowance.spending() if allowance else nullcontext():
        try:
            within(min(PATIENCE, allowance.left) if allowance else PATIENCE, lambda: client.emit(told))
        except Exception as error:
            if getattr(getattr(error, "response", None), "status_code", None) in REFUSED:
                log.warning("lineage: the collector refuses an event for what it is; it stays in the file")
                return
            # Whatever it is, the next event would meet it too.
            raise NotTaken(type(error).__name__) from None


def _allowance() -> Allowance:
    return Allowance(folder() / ".silence", SPENT, WHILE)


def _has_transport() -> bool:
    """Tell whether the environment names a transport, in OpenLineage's way or in Airflow's."""
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


def as_client_event(event: Event) -> Any:
    """Turn an event into what the OpenLineage client wants."""
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


if __name__ == "__main__":
    # By hand: all at once, however long it takes, as long as each is taken.
    try:
        sys.stdout.write(f"{send_unsent()} events were sent, {count_unsent()} are left.\n")
    except NotTaken as refusal:
        sys.exit(f"{refusal}: {count_unsent()} events are left and will be tried again with the next night.")
