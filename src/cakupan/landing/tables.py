"""Landing tables, made from the declaration of a feed and widened when a delivery brings more."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from psycopg import Connection, sql

from cakupan.bilingual import Text
from cakupan.database.patience import change
from cakupan.feeds import Feed
from cakupan.landing.header import Header

EXTRA_COLUMNS = 100
"""Undeclared columns a landing table may gain in all; what comes after shares OTHERS."""
EXTRA_NAME_LENGTH = 40
ODD_CELLS = ("error_cells", "typed_cells")
"""Declared columns whose cell holds an error, and those of text whose cell is a date, a time or a boolean."""
UNDECLARED = Text("Kolom yang dikirim dan tidak dideklarasikan.", "A column that was delivered and not declared.")
OTHERS = "x_others"
"""JSON object with the cells of undeclared columns that have no name or found no room."""


def landing_table(feed: Feed) -> sql.Identifier:
    """Return the feed's landing table, quoted."""
    return sql.Identifier("landing", feed.table)


def ensure_landing_table(connection: Connection[Any], feed: Feed) -> None:
    """Create the feed's landing table, or add the columns declared since; nothing when all is there.

    Runs in a transaction of its own, or as part of the caller's. Raises psycopg.Error.
    """
    wanted = {column.name for column in feed.columns} | {*ODD_CELLS}
    table = landing_table(feed)
    if wanted <= set(_columns(connection, table)):
        return
    with connection.transaction():
        lock(connection, feed)
        connection.execute(_definition(feed))
        present = set(_columns(connection, table))
        for column in feed.columns:
            if column.name not in present:
                _add(connection, table, column.name)
        for name in ODD_CELLS:
            if name not in present:
                _add(connection, table, name, "text[]")
        connection.execute(
            sql.SQL(
                "create index if not exists {} on {} using brin (delivery_id, row_number) with (autosummarize = on)"
            ).format(sql.Identifier(f"{feed.table}_address"), table)
        )


def ensure_key_index(connection: Connection[Any], feed: Feed, key_hash: sql.Composable) -> None:
    """Index the landed rows by `key_hash`, an expression of the feed's key, unless they are; for increments, of which
    all deliveries stay and each new one is held against all before it.

    Made when it is asked for first and not with the table: the first delivery may hold years, and is landed without.
    """
    columns = hashlib.sha256("\0".join(feed.key).encode()).hexdigest()[:8]  # declared anew, a key has another index
    name = f"{feed.table}_key_{columns}"
    (there,) = connection.execute(
        "select to_regclass(%s)", (sql.Identifier("landing", name).as_string(connection),)
    ).fetchone() or (None,)
    if there is None:
        table = landing_table(feed)
        connection.execute(
            sql.SQL("create index if not exists {} on {} (({}))").format(sql.Identifier(name), table, key_hash)
        )
        connection.execute(sql.SQL("analyze {}").format(table))  # or nobody knows how seldom a key occurs


def lock(connection: Connection[Any], feed: Feed) -> None:
    """Let no one else create, widen or fill the feed's landing table until this transaction ends."""
    connection.execute("select pg_advisory_xact_lock(hashtext('landing'), hashtext(%s))", (feed.table,))


def place_columns(connection: Connection[Any], table: sql.Identifier, header: Header) -> list[str | None]:
    """Return the table's column for each position of the header, adding those it lacks; None goes to OTHERS."""
    present = set(_columns(connection, table))
    room = EXTRA_COLUMNS - sum(name.startswith("x_") for name in present)
    placed: list[str | None] = []
    taken = {OTHERS}
    for name, column in zip(header.names, header.columns, strict=True):
        if column is not None:
            placed.append(column.name)
            continue
        extra = _unused(name, taken) if name else None
        if extra and extra not in present:
            if room > 0:
                _add(connection, table, extra)
                room -= 1
            else:
                extra = None
        placed.append(extra)
    if None in placed and OTHERS not in present:
        _add(connection, table, OTHERS)
    return placed


def others(header: Header, placed: Sequence[str | None], values: Sequence[str | None]) -> str | None:
    """Return what a record holds at positions without a column, as a JSON object; None when that is nothing."""
    left = {
        name or f"#{position}": value
        for position, (name, column, value) in enumerate(zip(header.names, placed, values, strict=False), 1)
        if column is None and value is not None
    }
    return json.dumps(left, ensure_ascii=False) if left else None


def overwrite(
    connection: Connection[Any],
    table: sql.Identifier,
    delivery_id: int,
    place: tuple[str, int],
    cells: Mapping[str, str | None],
) -> None:
    """Put others in the place of some cells of a delivery's row, which stands at this sheet and number."""
    connection.execute(
        sql.SQL("update {} set {} where delivery_id = %s and sheet = %s and row_number = %s").format(
            table,
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(cell)) for name, cell in cells.items()
            ),
        ),
        (delivery_id, *place),
    )


def _columns(connection: Connection[Any], table: sql.Identifier) -> list[str]:
    rows = connection.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        (table.as_string(connection),),
    ).fetchall()
    return [name for (name,) in rows]


def _definition(feed: Feed) -> sql.Composed:
    declared = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c.name)) for c in feed.columns)
    return sql.SQL(
        "create table if not exists {} ("
        " delivery_id bigint not null, sheet text not null default '', row_number bigint not null,"
        " {}, number_cells text[], error_cells text[], typed_cells text[], defect text, raw_record text)"
    ).format(landing_table(feed), declared)


def _add(connection: Connection[Any], table: sql.Identifier, name: str, type_: LiteralString = "text") -> None:
    added = sql.SQL("alter table {} add column {} {}").format(table, sql.Identifier(name), sql.SQL(type_))
    change(connection, table, added)
    if name.startswith("x_"):
        column = sql.SQL("{}.{}").format(table, sql.Identifier(name))
        connection.execute(sql.SQL("comment on column {} is {}").format(column, sql.Literal(UNDECLARED.in_lines())))


def _unused(name: str, taken: set[str]) -> str:
    """Name a column `x_` and the header in plain letters, digits and underscores, numbered where it repeats."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "x_" + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:EXTRA_NAME_LENGTH].strip("_") or "column")
    extra, number = stem, 1
    while extra in taken:
        number += 1
        extra = f"{stem}_{number}"
    taken.add(extra)
    return extra
