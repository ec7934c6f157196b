"""Cells that go from the rows that name a person, with the leaves that keep the record's trees standing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection, sql

from cakupan.landing.tables import overwrite
from cakupan.ledger import digests
from cakupan.ledger.digests import LandedRows, Place
from cakupan.ledger.entries import read_entries
from cakupan.ledger.erased import ErasedRow
from cakupan.ledger.validations import last_entry
from cakupan.privacy.held import HeldRow

KINDS = {"nik": "worker", "kpj": "membership"}
"""Types of columns that hold a number of a person, and the table of identity that knows it."""
Tokens = Mapping[tuple[str, str], str]
"""What is to stand in the place of a number, by its kind and itself."""


def redact(connection: Connection[Any], rows: Iterable[HeldRow], tokens: Tokens) -> list[ErasedRow]:
    """Put tokens in the place of numbers, empty what else is personal, and return the rows with both their leaves."""
    of_delivery: dict[int, list[HeldRow]] = defaultdict(list)
    for row in rows:
        of_delivery[row.delivery_id].append(row)
    erased: list[ErasedRow] = []
    for delivery_id, held in of_delivery.items():
        erased += _redact_landed(connection, delivery_id, [row for row in held if row.validation_id is None], tokens)
        examined: dict[int, list[HeldRow]] = defaultdict(list)
        for row in held:
            if row.validation_id is not None:
                examined[row.validation_id].append(row)
        for validation_id, some in examined.items():
            erased += _redact_examined(connection, validation_id, some, tokens)
    return erased


def _redact_landed(
    connection: Connection[Any], delivery_id: int, rows: list[HeldRow], tokens: Tokens
) -> list[ErasedRow]:
    if not rows:
        return []
    feed, entry = rows[0].feed, last_entry(connection, delivery_id)
    facts: dict[str, Any] = entry.facts if entry else {"columns": [], "sha256": ""}
    landed = LandedRows(feed.table, delivery_id, facts["sha256"], tuple(facts["columns"]))
    cells = {row.place: erased_cells(row, tokens) for row in rows}

    def leaves() -> dict[Place, bytes]:
        return digests.landed_leaves_at(connection, landed, cells) if landed.columns else {}

    before = leaves()
    for place, some in cells.items():
        overwrite(connection, sql.Identifier("landing", feed.table), delivery_id, place, some)
    after = leaves()
    return [
        ErasedRow("landed", feed.table, delivery_id, *place, some, before.get(place, b""), after.get(place, b""))
        for place, some in cells.items()
    ]


def _redact_examined(
    connection: Connection[Any], validation_id: int, rows: list[HeldRow], tokens: Tokens
) -> list[ErasedRow]:
    feed, columns = rows[0].feed, _columns_of(connection, validation_id)
    cells = {row.place: erased_cells(row, tokens) for row in rows}

    def leaves() -> dict[Place, bytes]:
        return digests.decided_leaves_at(connection, feed.table, validation_id, columns, cells) if columns else {}

    before = leaves()
    table = sql.Identifier("quarantine", feed.table)
    for place, some in cells.items():
        connection.execute(
            sql.SQL("update {} set {} where validation_id = %s and sheet = %s and row_number = %s").format(
                table, sql.SQL(", ").join(
                    sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(cell)) for name, cell in some.items()
                ),
            ),
            (validation_id, *place),
        )  # fmt: skip
    after = leaves()
    return [
        ErasedRow("decided", feed.table, validation_id, *place, some, before.get(place, b""), after.get(place, b""))
        for place, some in cells.items()
    ]


def erased_cells(row: HeldRow, tokens: Tokens) -> dict[str, str | None]:
    """Return what is to stand in the cells of a row that go: tokens of numbers, and nothing elsewhere.

    In a row of somebody else only the cells go that hold the NIK.
    """
    declared = {column.name: column for column in row.feed.columns}
    niks = [number for kind, number in tokens if kind == "nik"]
    filled = {name: cell for name, cell in row.cells.items() if cell is not None}
    numbers = {name: cell for name, cell in filled.items() if name in declared and declared[name].type in KINDS}
    cells: dict[str, str | None] = {}
    for name, cell in numbers.items():
        if token := tokens.get((declared[name].type, _digits(cell))):
            cells[name] = token
    theirs = bool(cells) or not numbers
    for name, cell in filled.items():
        personal = declared[name].personal if name in declared else name == "raw_record" or name.startswith("x_")
        if name not in numbers and ((theirs and personal) or any(nik in cell for nik in niks)):
            cells[name] = None
    return cells


def _digits(cell: str) -> str:
    return "".join(sign for sign in cell if sign.isascii() and sign.isdigit())


def _columns_of(connection: Connection[Any], validation_id: int) -> list[str]:
    """Return the columns that the record says a validation's rows were held by."""
    entries = read_entries(connection, kind="validation")
    return next((list(e.facts["columns"]) for e in entries if e.facts["validation_id"] == validation_id), [])
