"""What the record says of a validation: the figures, the tree over the delivery's rows, the decisions."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from psycopg import Connection

from cakupan.ledger import rows
from cakupan.ledger.entries import Entry, append, validation_facts
from cakupan.ledger.merkle import EMPTY_ROOT
from cakupan.ledger.rows import LandedRows


def record_validation(connection: Connection[Any], validation_id: int) -> None:
    """Enter a validation, whose quarantined rows are stored already, at the end of its transaction.

    The tree over the delivery's rows is computed when a delivery is validated first, and again only when it was landed
    again since.
    """
    facts = validation_facts(connection, validation_id)
    if facts is None:
        raise ValueError(f"there is no validation {validation_id}")
    facts |= _landed(connection, facts)
    table = f"{facts['agency']}_{facts['feed']}"
    decided = rows.Digest(0, EMPTY_ROOT)
    if facts["landed_rows"]:
        decided = rows.digest(connection, rows.decisions(table, validation_id, facts["columns"]))
    append(connection, "validation", {**facts, "decisions": decided.facts()})


def last_entry(connection: Connection[Any], delivery_id: int) -> Entry | None:
    """The newest entry of a validation of the delivery."""
    row = connection.execute(
        "select entry_no, body from ledger.entry where kind = 'validation' and body like %s order by 1 desc limit 1",
        (f'%"delivery_id":{delivery_id},%',),
    ).fetchone()
    return Entry(*row) if row else None


def landed_since(facts: dict[str, Any], landed_at: datetime) -> bool:
    """Whether a delivery was landed again after its validation with these facts was recorded."""
    return datetime.fromisoformat(facts["recorded_at"]) < landed_at


def _landed(connection: Connection[Any], facts: dict[str, Any]) -> dict[str, Any]:
    """The delivery's tree: its size, root and columns."""
    landed = connection.execute(
        "select landed_at, landed_rows from ledger.landing where delivery_id = %s", (facts["delivery_id"],)
    ).fetchone()
    landed_at, count = landed or (None, 0)
    known = last_entry(connection, facts["delivery_id"])
    if known and landed_at and not landed_since(known.facts, landed_at) and known.facts["landed_rows"] == count:
        return {name: known.facts[name] for name in ("columns", "landed_rows", "rows_root")}
    columns: tuple[str, ...] = ()
    digest = rows.Digest(0, EMPTY_ROOT)
    if count:
        table = f"{facts['agency']}_{facts['feed']}"
        columns = rows.landed_columns(connection, table, facts["delivery_id"])
        digest = rows.landed_digest(connection, LandedRows(table, facts["delivery_id"], facts["sha256"], columns))
    return {
        "columns": list(columns),
        "landed_rows": digest.rows,
        "rows_root": base64.b64encode(digest.root).decode(),
    }
