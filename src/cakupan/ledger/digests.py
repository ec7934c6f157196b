"""Digests of rows: the salted tree over a delivery's rows, and keyed digests of decisions and published rows.

Both are computed from the text that COPY writes, so that no row passes through anything that could spell it otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from cakupan import settings
from cakupan.feeds import READING
from cakupan.ledger import merkle

SPELLING = {
    "datestyle": "ISO, YMD",
    "timezone": "UTC",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
    "search_path": "pg_catalog",  # definitions of views name every schema
}
ADDRESS = ("sheet", "row_number")
NOT_DECLARED = (*ADDRESS, *READING)
DECIDED = ("sheet", "row_number", "verdict", "rules")


@dataclass(frozen=True)
class LandedRows:
    """The rows of one delivery in its landing table; `columns` are those the tree is made of, the address first."""

    table: str
    delivery_id: int
    sha256: str
    columns: tuple[str, ...]

    @property
    def key(self) -> bytes:
        """The delivery's key: the salts of its rows are drawn from it."""
        return hmac.digest(_secret(), b"delivery\0" + self.sha256.encode(), "sha256")

    def statement(self) -> sql.Composed:
        """Return the rows' query, in the order of the tree: COPY does not keep that of the file."""
        return sql.SQL('select {} from {} where delivery_id = {} order by sheet collate "C", row_number').format(
            _listed(self.columns), sql.Identifier("landing", self.table), sql.Literal(self.delivery_id)
        )


@dataclass(frozen=True)
class Digest:
    """How many rows, and the root over them."""

    rows: int
    root: bytes

    def facts(self) -> dict[str, Any]:
        """Return it as the record says it; there is no more to say of no rows."""
        return {"rows": self.rows, "root": base64.b64encode(self.root).decode()} if self.rows else {"rows": 0}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Digest:
        """Return what the record says; raises KeyError and ValueError where it says something else."""
        root = base64.b64decode(facts["root"], validate=True) if facts["rows"] else merkle.EMPTY_ROOT
        return cls(int(facts["rows"]), root)


def landed_columns(connection: Connection[Any], table: str, delivery_id: int) -> tuple[str, ...]:
    """Return the columns a new delivery's tree is made of: all of the table but undeclared ones it does not fill."""
    columns = [name for name in table_columns(connection, "landing", table) if name != "delivery_id"]
    extra = sorted(name for name in columns if name.startswith("x_"))
    filled: Sequence[Any] = ()
    if extra:
        counts = sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(name)) for name in extra)
        filled = connection.execute(
            sql.SQL("select {} from {} where delivery_id = %s").format(counts, sql.Identifier("landing", table)),
            (delivery_id,),
        ).fetchone() or ()  # fmt: skip
    declared = [name for name in columns if name not in extra and name not in NOT_DECLARED]
    return (*NOT_DECLARED, *declared, *(name for name, count in zip(extra, filled, strict=False) if count))


def landed_digest(connection: Connection[Any], landed: LandedRows) -> Digest:
    """Return the root of a delivery's tree, in the caller's transaction, in memory that does not grow with the rows."""
    spell(connection)
    counted = _Counted(landed_leaves(connection, landed))
    root = merkle.root(counted)
    return Digest(counted.number, root)


def landed_leaves(connection: Connection[Any], landed: LandedRows) -> Iterator[bytes]:
    """Return the leaves of a delivery's tree: SHA-256 of a zero byte, the row's salt and the row's line."""
    salts, sha256 = Salts(landed.key), hashlib.sha256
    for line in lines(connection, landed.statement()):
        sheet, number, _ = line.split(b"\t", 2)
        yield sha256(b"\0" + salts.of(sheet, number) + line).digest()


class Salts:
    """HMAC-SHA256 of rows' addresses under a delivery's key: without the key, a row's leaf confirms no guess."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def of(self, sheet: bytes, row_number: bytes) -> bytes:
        """Return the salt of the row at this address, both as COPY writes them."""
        inner, outer = self._inner.copy(), self._outer.copy()  # half the time of an HMAC begun anew
        inner.update(sheet + b"\0" + row_number)
        outer.update(inner.digest())
        return outer.digest()


def decisions(table: str, validation_id: int, columns: Sequence[str]) -> sql.Composed:
    """Return the query of what a validation decided; `columns` are those of the delivery's tree."""
    declared = [name for name in columns if name not in NOT_DECLARED and not name.startswith("x_")]
    return sql.SQL("select {} from {} where validation_id = {}").format(
        _listed((*DECIDED, *declared)), sql.Identifier("quarantine", table), sql.Literal(validation_id)
    )


def keyed_lines(connection: Connection[Any], statement: sql.Composed) -> Iterator[tuple[bytes, bytes]]:
    """Return each row of a query with its leaf, which is keyed so that it confirms no guess at the row."""
    keyed = hashlib.sha256(b"\0" + hmac.digest(_secret(), b"rows", "sha256"))
    for line in lines(connection, statement):
        leaf = keyed.copy()
        leaf.update(line)
        yield leaf.digest(), line


def digest(connection: Connection[Any], statement: sql.Composed) -> Digest:
    """Return the digest of a query's rows, whatever their order: the leaves of its tree are sorted."""
    spell(connection)
    leaves = sorted(leaf for leaf, _ in keyed_lines(connection, statement))
    return Digest(len(leaves), merkle.root(leaves))


def lines(connection: Connection[Any], statement: sql.Composed) -> Iterator[bytes]:
    """Return the rows of a query as COPY writes them, without the newline."""
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy ({}) to stdout").format(statement)) as copy:
        for row in copy:
            yield bytes(row)[:-1]


def cells(line: bytes) -> list[str | None]:
    """Return the cells of a line that COPY wrote."""
    return [None if cell == b"\\N" else _unescaped(cell.decode()) for cell in line.split(b"\t")]


def spell(connection: Connection[Any]) -> None:
    """Have values of this transaction spelled as in every digest."""
    for name, value in SPELLING.items():
        connection.execute("select set_config(%s, %s, true)", (name, value))


class _Counted:
    """An iterator that counts."""

    def __init__(self, items: Iterator[bytes]) -> None:
        self._items = items
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        for item in self._items:
            self.number += 1
            yield item


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def _unescaped(cell: str) -> str:
    return re.sub(r"\\(.)", lambda escape: _ESCAPES[escape[1]], cell, flags=re.DOTALL) if "\\" in cell else cell


def table_columns(connection: Connection[Any], schema: str, table: str) -> list[str]:
    """Return the columns of a table in the order in which they were added; none where there is no such table."""
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped"
        " order by attnum",
        (sql.Identifier(schema, table).as_string(connection),),
    )
    return [name for (name,) in rows]


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _secret() -> bytes:
    return settings.secret("ledger_salt_key").encode()
