"""One trace from question to answer: as the auditor, and on the record where personal rows are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from cakupan import identity
from cakupan.database import Role, connect
from cakupan.ledger.entries import record_read_of_person
from cakupan.trace.landed import attach
from cakupan.trace.night import Night, published_night
from cakupan.trace.tree import CannotTrace, File, Node

KEY = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
SAMPLE = 3  # of a long list, unless all is asked for


@dataclass(frozen=True)
class Reader:
    """Who reads, why and for which case: needed to follow a person and to see personal cells, and recorded."""

    who: str
    reason: str = ""
    case: str = ""
    personal: bool = False
    """Personal cells are shown."""
    of_person: bool = False
    """A person is followed, of whom it is told even that nothing is known."""

    @property
    def is_recorded(self) -> bool:
        """Whether the read goes on record."""
        return self.personal or self.of_person


@dataclass(frozen=True)
class Trace:
    """What was found, with the night it is true of."""

    as_of: date
    run_id: int
    root: Node
    personal: bool
    recorded: bool
    """The read stands in the ledger."""

    def files(self) -> list[File]:
        """Return the files the trace ends in, each once."""
        ends = {node.landed.file for node in self.root.walk() if node.landed}
        return sorted(ends, key=lambda file: file.delivery_id)


def trace(
    find: Callable[[Night], Node],
    reader: Reader,
    *,
    as_of: date | None = None,
    everything: bool = False,
    options: str = "",
) -> Trace:
    """Find something on a published night and the rows as received behind it.

    The connection's options decide as known when (`cli.known.as_known`).
    What is found of a person and personal rows are told only once the read stands in the record: it is entered in the
    transaction that reads them. Raises CannotTrace where there is nothing to find, ValueError where who, why or the
    case is missing.
    """
    with connect(Role.AUDITOR, options=options) as connection:
        connection.execute("set transaction isolation level repeatable read")
        night = published_night(connection, as_of, None if everything else SAMPLE)
        try:
            root = find(night)
        except CannotTrace:
            if reader.of_person:
                with connect(Role.LOADER) as loader:
                    _enter(loader, reader, {"trace": "nothing", "as_of_date": night.as_of.isoformat()})
            raise
    with connect(Role.LOADER) as connection:
        addresses = attach(connection, root, personal=reader.personal)
        if reader.is_recorded:
            what = {"trace": root.kind, "name": root.name, "as_of_date": night.as_of.isoformat()}
            _enter(connection, reader, {**what, "rows": len(addresses)})
    if reader.personal:
        _under_audit_keys(root)
    return Trace(night.as_of, night.run_id, root, reader.personal, reader.is_recorded)


def _under_audit_keys(root: Node) -> None:
    """Put audit keys in the place of keys of the marts, and leave out by what else these would name the same person."""
    for node in root.walk():
        node.name = _keyed_anew(node.name)
        node.facts = {
            "audit_key" if name == "worker_key" else name: _keyed_anew(value) if isinstance(value, str) else value
            for name, value in node.facts.items()
            if name != "finding_key"
        }


def _keyed_anew(text: str) -> str:
    return KEY.sub(lambda found: str(identity.audit_key(UUID(found[0]))), text)


def _enter(connection: psycopg.Connection[Any], reader: Reader, what: dict[str, Any]) -> None:
    shown = "personal" if reader.personal else "masked"
    record_read_of_person(connection, reader.who, reader.reason, reader.case, {**what, "shown": shown})
