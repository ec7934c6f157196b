"""The ledger's tables held against the record: each delivery, validation and publication says what its entry says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import Connection

from cakupan.audit.areas import Area
from cakupan.audit.record import Record
from cakupan.ledger import publications, validations
from cakupan.ledger.entries import DELIVERIES, VALIDATIONS, canonical

_TABLES: dict[str, tuple[str, LiteralString]] = {
    "delivery": ("delivery_id", DELIVERIES),
    "validation": ("validation_id", VALIDATIONS),
    "publication": ("run_id", "select run_id, as_of_date, published_at from ledger.publication"),
}


def check_tables(connection: Connection[Any], record: Record, area: Area) -> None:
    """Name in `area` every row of ledger.delivery, validation, publication, run_input and landing that was altered."""
    counts = [_check(record, area, kind, key, _rows(connection, key, query)) for kind, (key, query) in _TABLES.items()]
    deliveries, checked, publications = counts
    _check_inputs(connection, record, area)
    _check_landed(connection, record, area)
    area.checked = (
        f"{len(record.entries)} entries, {record.sealed} of them sealed; {deliveries} deliveries,"
        f" {checked} validations, {publications} publications"
    )


def _check(record: Record, area: Area, kind: str, key: str, rows: Mapping[int, dict[str, Any]]) -> int:
    """Hold one table against the entries of a kind; returns how many there are."""
    recorded = {facts[key]: facts for facts in record.of(kind)}
    for number, facts in recorded.items():
        where = f"ledger.{kind}, {key} {number}"
        if number not in rows:
            area.altered(where, "was removed")
            continue
        row = rows[number]
        different = [name for name in row if row[name] != facts.get(name)]
        if different:
            changes = "; ".join(f"{name} is {row[name]!r}, the record says {facts.get(name)!r}" for name in different)
            area.altered(where, changes)
    older = record.opening("last_run_id" if kind == "publication" else f"last_{kind}_id")
    lost = record.lost_numbers(kind, key)
    unknown = [number for number in rows if number not in recorded and number not in lost]
    for number in unknown:
        if number > older:
            area.altered(f"ledger.{kind}, {key} {number}", "was added: no entry records it")
    if count := sum(number <= older for number in unknown):
        area.notes.append(f"{count} rows of ledger.{kind} ({key} up to {older}) are older than the record")
    return len(recorded)


def _check_inputs(connection: Connection[Any], record: Record, area: Area) -> None:
    for facts in record.of("publication"):
        with connection.transaction():
            inputs = publications.inputs_digest(connection, facts["run_id"])
        if inputs != facts["inputs"]:
            area.altered(
                f"ledger.run_input of run {facts['run_id']}, the night of {facts['as_of_date']}",
                "the deliveries the night was made of are not those that were recorded",
            )


def _check_landed(connection: Connection[Any], record: Record, area: Area) -> None:
    """Check ledger.landing, unless the delivery was landed again since it was validated last."""
    said = {facts["delivery_id"]: facts for facts in record.of("validation")}
    landed = connection.execute("select delivery_id, landed_at, landed_rows from ledger.landing").fetchall()
    found = {number: (at, count) for number, at, count in landed}
    for number, facts in said.items():
        at, count = found.get(number, (None, None))
        if at is None:
            area.altered(f"ledger.landing, delivery_id {number}", "was removed")
        elif count != facts["landed_rows"] and not validations.landed_since(facts, at):
            area.altered(
                f"ledger.landing, delivery_id {number}",
                f"landed_rows is {count}, the record says {facts['landed_rows']}",
            )


def _rows(connection: Connection[Any], key: str, query: LiteralString) -> Mapping[int, dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column.name for column in cursor.description or ()]
    facts = (json.loads(canonical(dict(zip(names, row, strict=True)))) for row in cursor)
    return {row[key]: row for row in facts}
