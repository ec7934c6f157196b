"""Receipts: a file under 4 KiB that proves, without the warehouse, that a row arrived as it is in a delivered file.

A receipt is a https://c2sp.org/tlog-proof of the ledger entry that recorded a validation. Its `extra` is

    canonical JSON {"entry": the entry, "row": {"index": …, "line": …}}, a newline,
    the row's salt (32 bytes), the row's inclusion proof (32 bytes per hash, the sibling of the leaf first).

The hashes are bytes, not JSON, because base64 within base64 would not fit large deliveries into 4 KiB; the size of the
row tree and the names of the line's columns are the entry's own `landed_rows` and `columns`, said once and signed.
`scripts/verify_receipt.py` verifies it with nothing but Python, and reads of the entry: kind, agency, feed,
business_date, sha256, delivery_status, recorded_at, landed_rows, rows_root (base64) and columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cakupan.audit import note
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.note import BadNote
from cakupan.ledger.merkle import HASH_SIZE, leaf_hash, root_from_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_TEXTS = ("agency", "feed", "business_date", "sha256", "delivery_status", "recorded_at", "rows_root")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Row:
    """A row of the delivery and its place: leaf `index` (from 0) of the row tree.

    `line` is PostgreSQL's COPY text of the entry's columns, without the final newline.
    """

    index: int
    line: str
    salt: bytes
    proof: Sequence[bytes]

    @property
    def leaf(self) -> bytes:
        """The row's leaf hash."""
        return row_leaf(self.salt, self.line.encode())


@dataclass(frozen=True)
class Receipt:
    """What a receipt holds: `entry` is the body of ledger entry `index`, `checkpoint` a signed note."""

    entry: str
    row: Row
    index: int
    proof: Sequence[bytes]
    checkpoint: str

    def __str__(self) -> str:
        head = canonical({"entry": json.loads(self.entry), "row": {"index": self.row.index, "line": self.row.line}})
        extra = head.encode() + b"\n" + self.row.salt + b"".join(self.row.proof)
        lines = [HEADER, f"extra {note.encode(extra)}", f"index {self.index}", *map(note.encode, self.proof)]
        return "\n".join([*lines, "", self.checkpoint])


def canonical(value: Any) -> str:
    """Write an entry in the one way in which it is JSON: sorted keys, no blanks, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def row_leaf(salt: bytes, line: bytes) -> bytes:
    """Return the leaf hash of a row: its salt (32 bytes) keeps others from testing guesses of the line."""
    return leaf_hash(salt + line)


def compose(receipt: Receipt) -> str:
    """Write the receipt as text, its hashes checked first (the checkpoint's signature is not).

    Raises BadNote when the row does not lead to the entry's root, or the entry not to the checkpoint's.
    """
    entry = json.loads(receipt.entry)
    if not isinstance(entry, dict) or canonical(entry) != receipt.entry:
        raise BadNote("the ledger entry is not an object in canonical JSON")
    columns = entry.get("columns")
    if entry.get("kind") != "validation" or any(not isinstance(entry.get(each), str) for each in _TEXTS):
        raise BadNote(f"the ledger entry is not of a validation with {', '.join(_TEXTS)}")
    if (
        not isinstance(entry.get("landed_rows"), int)
        or not isinstance(columns, list)
        or not {"sheet", "row_number"} <= set(columns)
    ):
        raise BadNote("the ledger entry lacks landed_rows, or the columns of a row, sheet and row_number among them")
    if len(receipt.row.line.split("\t")) != len(columns) or len(receipt.row.salt) != HASH_SIZE:
        raise BadNote("the row does not have the columns that the ledger entry names, or its salt is not 32 bytes")
    checkpoint = Checkpoint.parse(note.parse(receipt.checkpoint).text)
    try:
        rows = root_from_inclusion(receipt.row.leaf, receipt.row.index, entry["landed_rows"], receipt.row.proof)
        log = root_from_inclusion(leaf_hash(receipt.entry.encode()), receipt.index, checkpoint.size, receipt.proof)
    except ValueError as error:
        raise BadNote(str(error)) from None
    if rows != note.decode(entry["rows_root"]):
        raise BadNote("the row is not in the row tree of the ledger entry")
    if log != checkpoint.root:
        raise BadNote("the ledger entry is not in the tree of the checkpoint")
    return str(parse(str(receipt)))


def parse(text: str) -> Receipt:
    """Read a receipt, verifying nothing; raises BadNote when it is not written exactly as `compose` writes it."""
    head, blank, signed = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 3 or lines[0] != HEADER or not lines[1].startswith("extra "):
        raise BadNote(f"this is not a receipt: it does not begin with {HEADER} and a line of extra data")
    number = lines[2].removeprefix("index ")
    if number == lines[2] or not _NUMBER.fullmatch(number):
        raise BadNote("the index is not written as it must be")
    data, newline, tail = note.decode(lines[1].removeprefix("extra ")).partition(b"\n")
    if not newline or not tail or len(tail) % HASH_SIZE:
        raise BadNote("the extra data do not end in a salt and hashes")
    try:
        extra = json.loads(data)
        receipt = Receipt(
            canonical(extra["entry"]),
            Row(extra["row"]["index"], extra["row"]["line"], tail[:HASH_SIZE], _hashes(tail[HASH_SIZE:])),
            int(number),
            tuple(map(note.decode, lines[3:])),
            str(note.parse(signed)),
        )
        same = str(receipt) == text
    except BadNote:
        raise
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadNote("the extra data do not hold an entry and a row") from None
    if not same:
        raise BadNote("the receipt is not written as it must be")
    return receipt


def _hashes(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE))
