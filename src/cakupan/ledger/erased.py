"""Rows with cells that were erased at a person's request: how the record's trees still stand for them.

Of each such row the leaf is kept that stood for it, and the one of what is left. A tree is then computed with the leaf
of the row as it was wherever the row is exactly what is left of it: everything else is as altered as ever.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from cakupan import settings
from cakupan.ledger.entries import append, canonical

Kind = Literal["landed", "decided"]
_COLUMNS = "entry_no, kind, place, number, sheet, row_number, cells, was_leaf, now_leaf, mac"


@dataclass(frozen=True)
class ErasedRow:
    """One row of the landing table, by its delivery, or of the quarantine table, by its validation."""

    kind: Kind
    place: str
    number: int
    sheet: str
    row_number: int
    cells: Mapping[str, str | None]
    """What its erased cells hold now, by column."""
    was_leaf: bytes
    now_leaf: bytes

    def said(self) -> str:
        """Return the row as one text."""
        said = {**self.__dict__, "was_leaf": self.was_leaf.hex(), "now_leaf": self.now_leaf.hex()}
        return canonical(said)

    def mac(self, entry_no: int) -> bytes:
        """Return what authenticates the row as one of this entry."""
        key = hmac.digest(settings.secret("ledger_salt_key").encode(), b"erased rows", "sha256")
        return hmac.digest(key, f"{entry_no}\0{self.said()}".encode(), "sha256")


def enter_erasure(connection: Connection[Any], rows: Iterable[ErasedRow], facts: Mapping[str, Any]) -> int:
    """Enter an erasure with its rows, in the caller's transaction; returns the number of its entry."""
    rows = list(rows)
    number = append(connection, "erasure", {**facts, "rows": len(rows), "digest": _digest(rows)})
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into ledger.erased_row ({_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
            [
                (
                    number, row.kind, row.place, row.number, row.sheet, row.row_number, Jsonb(dict(row.cells)),
                    row.was_leaf, row.now_leaf, row.mac(number),
                )
                for row in rows
            ],
        )  # fmt: skip
    return number


def substitutes(connection: Connection[Any], kind: Kind, number: int) -> dict[bytes, bytes]:
    """Return, for what is left of each erased row of a delivery or validation, the leaf of the row as it was."""
    return {row.now_leaf: row.was_leaf for _, row in _authentic(connection, kind, number)}


def erased_rows(connection: Connection[Any], delivery_id: int) -> list[tuple[int, ErasedRow]]:
    """Return the landed rows of a delivery that have erased cells, each with its entry, the oldest first."""
    return _authentic(connection, "landed", delivery_id)


def compare_erasures(connection: Connection[Any], recorded: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Hold the erased rows against the entries of erasures, by number; returns what is wrong with those of an entry."""
    rows: dict[int, list[ErasedRow]] = {number: [] for number in recorded}
    wrong = {}
    for found in connection.execute(f"select {_COLUMNS} from ledger.erased_row"):  # noqa: S608
        number, row, mac = _row(found)
        if number not in rows:
            wrong[number] = "rows were added: no entry records that they were erased"
            continue
        rows[number].append(row)
        if not hmac.compare_digest(row.mac(number), mac):
            wrong[number] = "what is kept of the erased rows does not bear the word of the record's key"
    for number, facts in recorded.items():
        if _digest(rows[number]) != facts["digest"]:
            wrong[number] = "what is kept of the erased rows is not what was recorded"
    return wrong


def _authentic(connection: Connection[Any], kind: Kind, number: int) -> list[tuple[int, ErasedRow]]:
    found = connection.execute(
        f"select {_COLUMNS} from ledger.erased_row where kind = %s and number = %s order by entry_no",  # noqa: S608
        (kind, number),
    )
    rows = map(_row, found.fetchall())
    return [(entry, row) for entry, row, mac in rows if hmac.compare_digest(row.mac(entry), mac)]


def _row(found: tuple[Any, ...]) -> tuple[int, ErasedRow, bytes]:
    entry, *said, mac = found
    return entry, ErasedRow(*said), mac


def _digest(rows: Iterable[ErasedRow]) -> str:
    return hashlib.sha256(json.dumps(sorted(row.said() for row in rows)).encode()).hexdigest()
