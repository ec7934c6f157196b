"""What the warehouse holds of one person: numbers, rows as received, rows examined, and figures by their key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import dict_row

from cakupan import settings
from cakupan.feeds import Feed, load_feeds
from cakupan.landing import land_again
from cakupan.ledger.destroyed import destroyed
from cakupan.ledger.landings import dropped

ADDRESS = ("delivery_id", "sheet", "row_number")
NOT_CELLS = frozenset({
    *ADDRESS, "validation_id", "verdict", "rules", "number_cells", "error_cells", "typed_cells",
})  # fmt: skip
_DIGITS = "regexp_replace({}, '[^0-9]', '', 'g')"


class NobodyFound(ValueError):
    """Nothing is held under the number, or it is no NIK; says so without repeating it."""


@dataclass(frozen=True)
class Person:
    """A person by their numbers."""

    nik: str
    worker_key: UUID | None
    born_on: date | None
    sex: str | None
    kpjs: tuple[str, ...]
    """Membership numbers that are reported of nobody else."""
    shared_kpjs: tuple[str, ...]
    """Membership numbers that are reported of somebody else too."""

    @property
    def numbers(self) -> Mapping[str, tuple[str, ...]]:
        """The numbers that are this person's alone, by the type of column that holds them."""
        return {"nik": (self.nik,), "kpj": self.kpjs}


@dataclass(frozen=True)
class HeldRow:
    """A row that names the person: of the landing table, or of the quarantine table by its validation."""

    feed: Feed
    delivery_id: int
    validation_id: int | None
    sheet: str
    row_number: int
    cells: Mapping[str, str | None]

    @property
    def place(self) -> tuple[str, int]:
        """Sheet and number of the row."""
        return self.sheet, self.row_number


def digits_of(nik: str) -> str:
    """Return a NIK as a person types it in its 16 digits. Raises NobodyFound without repeating it."""
    digits = "".join(nik.split()).replace(".", "")
    if not re.fullmatch(r"[0-9]{16}", digits):
        raise NobodyFound(
            f"A NIK has 16 digits; what was read has {len(digits)} characters. Type it when asked, or pipe it in."
        )
    return digits


def find_person(connection: Connection[Any], nik: str) -> Person:
    """Return the person of a NIK, known or only delivered."""
    known = connection.execute("select worker_key, born_on, sex from identity.worker where nik = %s", (nik,)).fetchone()
    own: set[str] = set()
    shared: set[str] = set()
    for feed in load_feeds(settings.FEEDS):
        niks, kpjs = _columns(feed, "nik"), _columns(feed, "kpj")
        if not (niks and kpjs) or not _is_there(connection, "landing", feed):
            continue
        query = sql.SQL(
            "select {kpj}, bool_or({nik} <> {one}) from {table} where {kpj} in"
            " (select {kpj} from {table} where {nik} = {one}) group by 1"
        ).format(
            kpj=_digits(kpjs[0]), nik=_digits(niks[0]), one=sql.Literal(nik),
            table=sql.Identifier("landing", feed.table),
        )  # fmt: skip
        for kpj, others in connection.execute(query).fetchall():
            (shared if others else own).add(kpj)
    worker_key, born_on, sex = known or (None, None, None)
    return Person(nik, worker_key, born_on, sex, tuple(sorted(own - shared)), tuple(sorted(shared)))


def land_dropped(connection: Connection[Any]) -> int:
    """Land again every delivery whose rows were dropped, so that they can be looked through; returns how many."""
    return land_again(connection, set(dropped(connection)) - set(destroyed(connection)))


def held_rows(
    connection: Connection[Any], feed: Feed, numbers: Mapping[str, Collection[str]], delivery_id: int | None = None
) -> Iterator[HeldRow]:
    """Find the rows of a feed in which a number stands, in whatever cell; of one delivery where that is said."""
    for schema in ("landing", "quarantine"):
        if not _is_there(connection, schema, feed):
            continue
        query = sql.SQL("select to_jsonb(held) as cells from {} as held where ({}) and (held.delivery_id = {} or {})")
        found = query.format(
            sql.Identifier(schema, feed.table),
            _names(feed, numbers),
            sql.Literal(delivery_id),
            sql.Literal(delivery_id is None),
        )
        with connection.cursor(row_factory=dict_row) as cursor:
            for row in cursor.execute(found).fetchall():
                cells = row["cells"]
                yield HeldRow(
                    feed, cells["delivery_id"], cells.get("validation_id"), cells["sheet"], cells["row_number"],
                    {name: cell for name, cell in cells.items() if name not in NOT_CELLS},
                )  # fmt: skip


def figures_of(connection: Connection[Any], worker: UUID) -> dict[str, int]:
    """Count the rows of each published relation that stand under a worker's key; none holds a NIK, a KPJ or a name."""
    relations = connection.execute(
        "select c.oid::regclass::text, n.nspname, c.relname from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace"
        " join pg_attribute as a on a.attrelid = c.oid and a.attname = 'worker_key' and not a.attisdropped"
        " where n.nspname = 'warehouse' and c.relkind = 'r' and c.relname !~ '^tonight_' order by 1"
    ).fetchall()
    count = sql.SQL("select count(*) from {} where worker_key = %s")
    counts = {
        name: connection.execute(count.format(sql.Identifier(schema, table)), (worker,)).fetchone()
        for name, schema, table in relations
    }
    return {name: int(row[0]) for name, row in counts.items() if row and row[0]}


def _names(feed: Feed, numbers: Mapping[str, Collection[str]]) -> sql.Composed:
    """Return the condition that a row holds one of the numbers: in a column of its type, or a NIK in any cell."""
    tried = [
        sql.SQL("{} = any({})").format(_digits(name), sql.Literal(list(numbers[kind])))
        for kind in ("nik", "kpj")
        for name in _columns(feed, kind)
        if numbers.get(kind)
    ]
    tried += [sql.SQL("position({} in held::text) > 0").format(sql.Literal(nik)) for nik in numbers.get("nik", ())]
    return sql.SQL(" or ").join(tried) if tried else sql.SQL("false").format()


def _columns(feed: Feed, kind: str) -> list[str]:
    return [column.name for column in feed.columns if column.type == kind]


def _digits(name: str) -> sql.Composed:
    return sql.SQL(_DIGITS).format(sql.Identifier(name))


def _is_there(connection: Connection[Any], schema: str, feed: Feed) -> bool:
    name = sql.Identifier(schema, feed.table).as_string(connection)
    return connection.execute("select to_regclass(%s)", (name,)).fetchone() != (None,)
