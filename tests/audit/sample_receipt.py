"""A small log with one validation in it, and receipts of its rows."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from cakupan.audit import checkpoint, note, receipt
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.note import SigningKey
from cakupan.audit.receipt import Receipt, Row
from cakupan.ledger import merkle

LOG = SigningKey("cakupan.kota-batu", bytes(32))
WITNESS = SigningKey("inspektorat.kota-batu", bytes([1]) * 32, note.COSIGNATURE)
SEEN_AT = 1757379600  # 2025-09-09 01:00:00 UTC

ENTRY: dict[str, Any] = {
    "kind": "validation",
    "recorded_at": "2025-09-09T01:07:12.345678+07:00",
    "validation_id": 17,
    "delivery_id": 12,
    "agency": "bpjstk",
    "feed": "iuran",
    "business_date": "2025-09-09",
    "sha256": sha256(b"delivery").hexdigest(),
    "delivery_status": "ACCEPTED",
    "reason_code": None,
    "accepted_rows": 8,
    "columns": ["sheet", "row_number", "kpj", "nama", "catatan", "defect"],
}


def salt(index: int) -> bytes:
    return sha256(b"salt %d" % index).digest()


def line(index: int) -> str:
    return f"Iuran\t{index + 2}\t2400000{index:04}\tSiti Añda\tbaris\\nkedua \\\\ \\t\x7f\t\\N"


def made(rows: int = 9, row: int = 4, size: int = 11, index: int = 6, **entry: Any) -> Receipt:
    """The receipt of leaf `row` of a delivery whose validation is entry `index` of a log with `size` entries."""
    leaves = [receipt.row_leaf(salt(each), line(each).encode()) for each in range(rows)]
    root = note.encode(merkle.root(leaves))
    body = receipt.canonical({**ENTRY, "landed_rows": rows, "rows_root": root, **entry})
    entries = [merkle.leaf_hash(b"%d" % each) for each in range(size)]
    entries[index] = merkle.leaf_hash(body.encode())
    return Receipt(
        body,
        Row(row, line(row), salt(row), tuple(merkle.inclusion_proof(leaves, row))),
        index,
        tuple(merkle.inclusion_proof(entries, index)),
        checkpoint.sign(Checkpoint(LOG.name, size, merkle.root(entries)), LOG),
    )
