"""The record: entries that are made in the transaction of what they record, and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, LiteralString

from psycopg import Connection

from cakupan.ledger.merkle import leaf_hash

DELIVERIES: LiteralString = (
    "select d.delivery_id, d.agency, d.feed, d.business_date, d.sha256, d.original_name, d.size_bytes, d.received_at"
    " from ledger.delivery as d"
)
VALIDATIONS: LiteralString = (
    "select v.validation_id, v.delivery_id, d.agency, d.feed, d.business_date, d.sha256, v.delivery_status,"
    " v.reason_code, v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows"
    " from ledger.validation as v join ledger.delivery as d using (delivery_id)"
)


@dataclass(frozen=True)
class Entry:
    """One entry of the record."""

    entry_no: int
    body: str

    @property
    def leaf(self) -> bytes:
        """The hash that stands for the entry in the tree over the record."""
        return leaf_hash(self.body.encode())

    @property
    def facts(self) -> dict[str, Any]:
        """What the entry says; nothing where the body is no JSON object, which only an altered one can be."""
        try:
            facts = json.loads(self.body)
        except ValueError:
            return {}
        return facts if isinstance(facts, dict) else {}

    def __str__(self) -> str:
        facts = self.facts
        named = ("feed", "business_date", "delivery_id", "validation_id", "run_id", "as_of_date", "who", "by")
        where = ", ".join(f"{name} {facts[name]}" for name in named if name in facts)
        return f"{self.entry_no} ({facts.get('kind', 'unreadable')}{': ' if where else ''}{where})"


def append(connection: Connection[Any], kind: str, facts: Mapping[str, Any]) -> int:
    """Enter facts in the record, in the caller's transaction; returns the entry's number.

    To be the last thing the transaction does: until it ends nobody else can enter anything, which keeps numbers gapless
    and in the order of the commits. The entry also says its kind, its time and the login of the session. Dates and
    times in the facts are written as ISO 8601, times in UTC.
    """
    (number,) = connection.execute("select ledger.append(%s, %s::jsonb)", (kind, canonical(facts))).fetchone() or (0,)
    return int(number)


def canonical(facts: Mapping[str, Any]) -> str:
    """Write facts as the one JSON text that says them: keys sorted, no blanks, no escapes that need not be."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_spelled)


def read_entries(connection: Connection[Any], start: int = 0, kind: str | None = None) -> Iterator[Entry]:
    """Read the entries from number `start` on, in order; of one kind only where that is given."""
    rows = connection.execute(
        "select entry_no, body from ledger.entry where entry_no >= %s and kind = coalesce(%s, kind) order by 1",
        (start, kind),
    )
    for number, body in rows:
        yield Entry(number, body)


def record_delivery(connection: Connection[Any], delivery_id: int) -> None:
    """Enter a delivery that was archived just now."""
    append(connection, "delivery", delivery_facts(connection, delivery_id) or {})


def record_release(connection: Connection[Any], delivery_id: int, by: str, why: str, validation_id: int) -> None:
    """Enter that a person let in a held delivery."""
    append(
        connection, "release",
        {"by": by, "delivery_id": delivery_id, "validation_id": validation_id, "why": why},
    )  # fmt: skip


def record_read(connection: Connection[Any], who: str, reason: str, what: Mapping[str, Any]) -> None:
    """Enter that somebody was shown personal rows; `what` names them by address or key, never by NIK or name.

    Raises ValueError where the person or the reason is not named.
    """
    if not who.strip() or not reason.strip():
        raise ValueError("who reads personal rows says who they are and why")
    connection.execute(
        "select ledger.record_read(%s, %s, %s::jsonb)", (who.strip(), reason.strip(), canonical(dict(what)))
    )


def delivery_facts(connection: Connection[Any], delivery_id: int) -> dict[str, Any] | None:
    """Read what the record says of a delivery, as ledger.delivery has it now; None when there is none."""
    return _row(connection, f"{DELIVERIES} where d.delivery_id = %s", delivery_id)


def validation_facts(connection: Connection[Any], validation_id: int) -> dict[str, Any] | None:
    """Read what the record says of a validation but for its rows, as the ledger has it now; None when there is none."""
    return _row(connection, f"{VALIDATIONS} where v.validation_id = %s", validation_id)


def _row(connection: Connection[Any], query: LiteralString, number: int) -> dict[str, Any] | None:
    cursor = connection.execute(query, (number,))
    row = cursor.fetchone()
    names = [column.name for column in cursor.description or ()]
    return dict(zip(names, row, strict=True)) if row else None


def _spelled(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the record")
