"""Digests of rows: the salted tree over a delivery's rows, and keyed digests of decisions and published rows.

Both are computed from the text that COPY writes. They are computed here and not in the database, which is to learn no
key, and which must not be asked whether it is as it was.

Beside the root of a large tree stands an HMAC of the same lines in the order in which they are stored. Where that
holds, they are what they were; where it does not, they may only have been stored anew, and the tree decides.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, sql

from cakupan import settings
from cakupan.feeds import READING
from cakupan.ledger import merkle
from cakupan.ledger.copied import as_stored, blocks, cells, spell, split
from cakupan.ledger.erased import substitutes
from cakupan.ledger.sorted_hashes import SortedHashes
from cakupan.ledger.stretches import Stretches

ADDRESS = ("sheet", "row_number")
NOT_DECLARED = (*ADDRESS, *READING)
DECIDED = ("sheet", "row_number", "verdict", "rules")
LARGE = 1000
"""Rows from which an HMAC is kept: the tree over fewer costs less than the keeping."""

_AFTER_ALL = (b"\xff", 0)  # no text in UTF-8 comes after this sheet
Place = tuple[str, int]
"""Sheet and number of a row."""
Keep = Callable[[Sequence[bytes], Sequence[bytes]], None]
"""Is given some leaves and their lines at a time, as they are read."""


@dataclass(frozen=True)
class LandedRows:
    """The rows of one delivery in its landing table; `columns` are those the tree is made of, the address first.

    A row that holds something in one of the columns `unfilled` is none of them.
    """

    table: str
    delivery_id: int
    sha256: str
    columns: tuple[str, ...]
    schema: str = "landing"
    unfilled: tuple[str, ...] = ()

    @property
    def key(self) -> bytes:
        """The delivery's key: the salts of its rows are drawn from it."""
        return hmac.digest(_secret(), b"delivery\0" + self.sha256.encode(), "sha256")

    def statement(self) -> sql.Composed:
        """Return the rows' query, in the order of the tree."""
        return self.as_stored() + sql.SQL(' order by sheet collate "C", row_number')

    def as_stored(self) -> sql.Composed:
        """Return the rows' query, in the order in which they are stored."""
        query = sql.SQL("select {} from {} where delivery_id = {}").format(
            _listed(self.columns), sql.Identifier(self.schema, self.table), sql.Literal(self.delivery_id)
        )
        return query + sql.SQL(" and num_nonnulls({}) = 0").format(_listed(self.unfilled)) if self.unfilled else query

    def mac(self) -> hmac.HMAC:
        """Return the HMAC of no line yet."""
        return hmac.new(
            hmac.digest(_secret(), b"delivery as stored\0" + self.sha256.encode(), "sha256"), None, "sha256"
        )


@dataclass(frozen=True)
class Digest:
    """How many rows, the root over them, and of many rows the HMAC of their lines in the order they are stored in."""

    rows: int
    root: bytes
    mac: bytes | None = field(default=None, compare=False)

    def facts(self) -> dict[str, Any]:
        """Return it as the record says it; there is no more to say of no rows."""
        if not self.rows:
            return {"rows": 0}
        facts = {"rows": self.rows, "root": base64.b64encode(self.root).decode()}
        return facts | ({"mac": base64.b64encode(self.mac).decode()} if self.mac else {})

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Digest:
        """Return what the record says; raises KeyError and ValueError where it says something else."""
        root = base64.b64decode(facts["root"], validate=True) if facts["rows"] else merkle.EMPTY_ROOT
        mac = base64.b64decode(facts["mac"], validate=True) if "mac" in facts else None
        return cls(int(facts["rows"]), root, mac)


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
    reading = _Reading(connection, landed.as_stored(), landed.mac())
    leaves = _LandedLeaves(landed.key, substitutes(connection, "landed", landed.delivery_id), Stretches())
    for lines in reading:
        leaves.of(lines)
    return reading.digest(merkle.root(leaves.in_order() or landed_leaves(connection, landed)))


def landed_leaves(connection: Connection[Any], landed: LandedRows) -> Iterator[bytes]:
    """Return the leaves of a delivery's tree, in its order."""
    leaves = _LandedLeaves(landed.key, substitutes(connection, "landed", landed.delivery_id))
    for block in blocks(connection, landed.statement()):
        yield from leaves.of(split(block))


def is_landed(connection: Connection[Any], landed: LandedRows, recorded: Digest) -> bool:
    """Return whether a delivery's landed rows are those of the digest, in the caller's transaction."""
    if recorded.mac:
        spell(connection)
        if _Reading(connection, landed.as_stored(), landed.mac()).is_authenticated_by(recorded.mac):
            return True
    return landed_digest(connection, landed) == recorded


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


class _LandedLeaves:
    """Leaves of landed lines: SHA-256 of a zero byte, the row's salt and the row's line."""

    def __init__(self, key: bytes, erased: Mapping[bytes, bytes], stretches: Stretches | None = None) -> None:
        self._salt = Salts(key).of
        self._erased = erased
        self._stretches = stretches
        self._last = _AFTER_ALL
        self._ordered_as_copied = True

    def of(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return the leaves of the next lines."""
        salt, sha256, leaves = self._salt, hashlib.sha256, []
        last_sheet, last_number = self._last
        for line in lines:
            sheet, text, _ = line.split(b"\t", 2)
            leaves.append(sha256(b"\0" + salt(sheet, text) + line).digest())
            number = int(text) if text.isdigit() else -1
            if number != last_number + 1 or sheet != last_sheet:
                if self._stretches and sheet <= last_sheet:
                    self._stretches.begin((sheet, number), (last_sheet, last_number), len(leaves) - 1)
                self._ordered_as_copied &= b"\\" not in sheet  # COPY's escapes have an order of their own
                last_sheet = sheet
            last_number = number
        self._last = (last_sheet, last_number)
        leaves = [self._erased.get(leaf, leaf) for leaf in leaves] if self._erased else leaves
        if self._stretches:
            self._stretches.add(leaves)
        return leaves

    def in_order(self) -> Iterator[bytes] | None:
        """Return all leaves in the order of the tree; None where only the database knows it."""
        return self._stretches.in_order(self._last) if self._stretches and self._ordered_as_copied else None


def landed_leaves_at(connection: Connection[Any], landed: LandedRows, places: Collection[Place]) -> dict[Place, bytes]:
    """Return the leaves of some rows of a delivery, of erased ones those of the rows as they were."""
    leaves = _LandedLeaves(landed.key, substitutes(connection, "landed", landed.delivery_id))
    return _leaves_at(connection, landed.as_stored(), places, leaves.of)


def decided_leaves_at(
    connection: Connection[Any], table: str, validation_id: int, columns: Sequence[str], places: Collection[Place]
) -> dict[Place, bytes]:
    """Return the leaves of some rows of what a validation decided, of erased ones those of the rows as they were."""
    keyed = KeyedLeaves(substitutes(connection, "decided", validation_id))
    return _leaves_at(connection, decisions(table, validation_id, columns), places, keyed.of)


def _leaves_at(
    connection: Connection[Any],
    statement: sql.Composed,
    places: Collection[Place],
    leaves_of: Callable[[Sequence[bytes]], list[bytes]],
) -> dict[Place, bytes]:
    some = sql.SQL(
        "select * from ({}) as rows where (sheet, row_number) in (select * from unnest({}::text[], {}::bigint[]))"
    ).format(
        statement,
        sql.Literal([sheet for sheet, _ in places]),
        sql.Literal([number for _, number in places]),
    )
    spell(connection)
    found = [line for block in blocks(connection, some) for line in split(block)] if places else []
    at = [cells(b"\t".join(line.split(b"\t", 2)[:2])) for line in found]
    return {(str(sheet), int(str(number))): leaf for (sheet, number), leaf in zip(at, leaves_of(found), strict=True)}


def decisions(table: str, validation_id: int, columns: Sequence[str]) -> sql.Composed:
    """Return the query of what a validation decided; `columns` are those of the delivery's tree."""
    declared = [name for name in columns if name not in NOT_DECLARED and not name.startswith("x_")]
    return sql.SQL("select {} from {} where validation_id = {}").format(
        _listed((*DECIDED, *declared)), sql.Identifier("quarantine", table), sql.Literal(validation_id)
    )


class KeyedLeaves:
    """Leaves of any lines: keyed, so that none confirms a guess at its row; for what is left of rows those given."""

    def __init__(self, erased: Mapping[bytes, bytes] | None = None) -> None:
        self._erased = erased or {}
        self._key = b"\0" + hmac.digest(_secret(), b"rows", "sha256")

    def of(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return the leaves of lines."""
        key, sha256 = self._key, hashlib.sha256
        leaves = [sha256(key + line).digest() for line in lines]
        return [self._erased.get(leaf, leaf) for leaf in leaves] if self._erased else leaves


def digest(
    connection: Connection[Any],
    statement: sql.Composed,
    keep: Keep | None = None,
    erased: Mapping[bytes, bytes] | None = None,
) -> Digest:
    """Return the digest of a query's rows, whatever their order: the leaves of its tree are sorted.

    `keep` is given every leaf and line as they are read; `erased` are the leaves that stand for what is left of rows.
    """
    spell(connection)
    reading, keyed, leaves = _Reading(connection, statement, _mac()), KeyedLeaves(erased), SortedHashes()
    for lines in reading:
        some = keyed.of(lines)
        leaves.add(some)
        if keep:
            keep(some, lines)
    return reading.digest(merkle.root(leaves))


def is_digest(
    connection: Connection[Any],
    statement: sql.Composed,
    recorded: Digest,
    erased: Mapping[bytes, bytes] | None = None,
) -> bool:
    """Return whether a query's rows are those of the digest, in the caller's transaction."""
    if recorded.mac:
        spell(connection)
        if _Reading(connection, statement, _mac()).is_authenticated_by(recorded.mac):
            return True
    return digest(connection, statement, erased=erased) == recorded


class _Reading:
    """Lines as they are stored, some hundreds at a time, counted and with their HMAC."""

    def __init__(self, connection: Connection[Any], statement: sql.Composed, mac: hmac.HMAC) -> None:
        self._connection, self._statement, self._mac = connection, statement, mac
        self._rows = 0

    def __iter__(self) -> Iterator[list[bytes]]:
        with as_stored(self._connection):
            for block in blocks(self._connection, self._statement):
                self._mac.update(block)
                lines = split(block)
                self._rows += len(lines)
                yield lines

    def digest(self, root: bytes) -> Digest:
        """Return the digest of what was read, over which the root is this."""
        return Digest(self._rows, root, self._mac.digest() if self._rows >= LARGE else None)

    def is_authenticated_by(self, mac: bytes) -> bool:
        """Read the lines, and return whether they are stored as they were when their HMAC was this."""
        with as_stored(self._connection):
            for block in blocks(self._connection, self._statement):
                self._mac.update(block)
        return hmac.compare_digest(self._mac.digest(), mac)


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


def _mac() -> hmac.HMAC:
    return hmac.new(hmac.digest(_secret(), b"rows as stored", "sha256"), None, "sha256")
