"""The ledger's tables held against the record: each delivery, validation and publication says what its entry says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import Connection

from cakupan.audit.areas import NAMED, Area
from cakupan.audit.record import Record
from cakupan.ledger import publications, validations
from cakupan.ledger.entries import DELIVERIES, VALIDATIONS, canonical
from cakupan.ledger.erased import compare_erasures

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
    _check_erased(connection, record, area)
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


def _check_erased(connection: Connection[Any], record: Record, area: Area) -> None:
    """Hold what is kept of erased rows against the entries of erasures, and tell of these."""
    recorded = {entry.entry_no: entry.facts for entry in record.entries if entry.facts.get("kind") == "erasure"}
    for number, wrong in compare_erasures(connection, recorded).items():
        area.altered(f"ledger.erased_row, entry {number}", wrong)
    area.notes += [
        f"{facts['rows']} rows erased on request, record entry {number}: case {facts['case']}, by {facts['by']}"
        for number, facts in recorded.items()
    ]


def tell_of_reads(connection: Connection[Any], record: Record, area: Area) -> None:
    """Tell of reads of a person whose entry their reader rolled back; `connection` is the loader's."""
    (last,) = connection.execute(
        "select case when is_called then last_value else 0 end from identity.read_no_seq"
    ).fetchone() or (0,)
    entered = {facts["what"].get("read_no") for facts in record.of("read")}
    # While a reader's transaction is open its number has no entry yet, and after a crash up to 32 numbers are left out.
    if missing := [str(number) for number in range(1, last + 1) if number not in entered]:
        area.notes.append(
            f"{len(missing)} reads of a person have no entry, numbers {', '.join(missing[:NAMED])}: who read rolled"
            " back, or the server was killed; its log says who, in lines that begin with `cakupan: read`"
        )


def _rows(connection: Connection[Any], key: str, query: LiteralString) -> Mapping[int, dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column.name for column in cursor.description or ()]
    facts = (json.loads(canonical(dict(zip(names, row, strict=True)))) for row in cursor)
    return {row[key]: row for row in facts}
