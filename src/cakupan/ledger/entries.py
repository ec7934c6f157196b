"""The record: entries that are made in the transaction of what they record, and never changed.

A superuser may insert an entry as well as change one. So the program authenticates what it enters, with a key that the
database does not hold: an HMAC over the entry's number, its kind and what it says.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, LiteralString

from psycopg import Connection

from cakupan import settings
from cakupan.ledger.merkle import leaf_hash

MADE_IN_THE_DATABASE = frozenset({"opening", "read"})
"""Kinds of entries that functions of the database make, also for readers, who hold no key of the record."""
_NO_FACTS = ("kind", "login", "mac", "recorded_at")
"""What an entry says beside the facts that were entered."""
_NEVER = 2**63
_AT_ONCE = 500
"""Entries that are read at a time: some are as long as a publication."""
PATIENCE = "10s"
"""How long a reader may keep the program from entering something, before the reader's session is ended."""
_OF_ALL: LiteralString = (
    "select entry_no, body from ledger.entry where entry_no >= %(start)s order by entry_no limit %(many)s"
)
_OF_KIND: LiteralString = (
    "select entry_no, body from ledger.entry where kind = %(kind)s and entry_no >= %(start)s"
    " order by entry_no limit %(many)s"
)
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

    @property
    def is_authentic(self) -> bool:
        """Whether the program entered this, and under this number."""
        return self._bears_mac(self.facts)

    def is_believed(self, since: Callable[[], int]) -> bool:
        """Tell whether the program made this, or it is older than the MACs; `since` gives the number of the first."""
        facts = self.facts
        return self._bears_mac(facts) if "mac" in facts else self.entry_no < since()

    def _bears_mac(self, facts: Mapping[str, Any]) -> bool:
        said = {name: value for name, value in facts.items() if name not in _NO_FACTS}
        expected = _mac(self.entry_no, str(facts.get("kind")), canonical(said))
        return hmac.compare_digest(expected.encode(), str(facts.get("mac")).encode())

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
    connection.execute("select ledger.hold_record(%s)", (PATIENCE,))
    (number,) = connection.execute("select coalesce(max(entry_no), -1) + 1 from ledger.entry").fetchone() or (0,)
    said = {**facts, "mac": _mac(number, kind, canonical(facts))}
    (number,) = connection.execute("select ledger.append(%s, %s::jsonb)", (kind, canonical(said))).fetchone() or (0,)
    return int(number)


def canonical(facts: Mapping[str, Any]) -> str:
    """Write facts as the one JSON text that says them: keys sorted, no blanks, no escapes that need not be."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_spelled)


def read_entries(connection: Connection[Any], start: int = 0, kind: str | None = None) -> Iterator[Entry]:
    """Read the entries from number `start` on, in order, some at a time; of one kind only where that is given."""
    while True:
        asked = {"start": start, "kind": kind, "many": _AT_ONCE}
        rows = connection.execute(_OF_KIND if kind else _OF_ALL, asked).fetchall()
        yield from (Entry(*row) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        start = rows[-1][0] + 1


def authentic_since(entries: Iterable[Entry]) -> int:
    """Return the number of the first entry of a record that the program authenticated, or one that is never reached."""
    return next((entry.entry_no for entry in entries if entry.is_authentic), _NEVER)


def forged(entries: Iterable[Entry], since: int) -> list[Entry]:
    """Return those of the entries that the program did not make: those that lack its MAC, which it gives `since`."""
    found = []
    for entry in entries:
        facts = entry.facts
        must = "mac" in facts or (entry.entry_no > since and facts.get("kind") not in MADE_IN_THE_DATABASE)
        if must and not entry.is_authentic:
            found.append(entry)
    return found


def believed(connection: Connection[Any], entries: Iterable[Entry]) -> Iterator[Entry]:
    """Return those of the entries that the program made, or that are older than its MACs."""
    since = cache(lambda: authentic_since(read_entries(connection)))
    return (entry for entry in entries if entry.is_believed(since))


def record_delivery(connection: Connection[Any], delivery_id: int) -> None:
    """Enter a delivery that was archived just now."""
    append(connection, "delivery", delivery_facts(connection, delivery_id) or {})


def record_read(connection: Connection[Any], who: str, reason: str, what: Mapping[str, Any]) -> None:
    """Enter that somebody was shown personal rows; `what` names them by address or key, never by NIK or name.

    Raises ValueError where the person or the reason is not named.
    """
    if not who.strip() or not reason.strip():
        raise ValueError("who reads personal rows says who they are and why")
    connection.execute(
        "select ledger.record_read(%s, %s, %s::jsonb)", (who.strip(), reason.strip(), canonical(dict(what)))
    )


def record_read_of_person(
    connection: Connection[Any], who: str, reason: str, case: str, what: Mapping[str, Any]
) -> None:
    """Enter that a person was looked at, in the transaction that reads; also says for which case.

    Raises ValueError where the person, the reason or the case is not named.
    """
    if not case.strip():
        raise ValueError("who reads of a person says for which case")
    record_read(connection, who, reason, {**what, "case": case.strip()})


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


def _mac(number: int, kind: str, said: str) -> str:
    key = hmac.digest(settings.secret("ledger_salt_key").encode(), b"entries", "sha256")
    return base64.b64encode(hmac.digest(key, f"{number}\0{kind}\0{said}".encode(), "sha256")).decode()


def _spelled(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the record")
