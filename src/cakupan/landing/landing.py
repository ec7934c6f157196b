"""Landing a delivery: all of it or nothing, with an entry in the ledger either way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

from psycopg import Connection, sql

from cakupan.feeds import CsvFormat, Feed, JsonFormat
from cakupan.landing import document, workbook
from cakupan.landing.content import as_utf8, chunks, read_ahead, refuse_utf8, skip_bytes
from cakupan.landing.copying import copy_delimited, copy_records, is_copied_as_lines
from cakupan.landing.delimited import CsvHeader, Rows, cells_of, first_records, records
from cakupan.landing.header import Header, in_line
from cakupan.landing.layout import data_rows, find_header
from cakupan.landing.records import Part, Record, Total
from cakupan.landing.refusals import Refused, no_header, no_rows, truncated
from cakupan.landing.sniffing import refuse_other_kind
from cakupan.landing.tables import landing_table, lock, overwrite, place_columns
from cakupan.ledger.erased import erased_rows
from cakupan.ledger.landings import replace_landing

R = TypeVar("R", bound=Rows | Record)


@dataclass(frozen=True)
class Landed:
    """What became of a delivery; with a refusal, no row landed."""

    delivery_id: int
    landed_rows: int
    """Records of the delivery, the broken ones too."""
    extra_columns: tuple[str, ...]
    """Columns that nobody declared, as the agency spells them."""
    missing_columns: tuple[str, ...]
    """Declared columns that are not there, as the feed spells them."""
    refusal: Refused | None = None
    totals: tuple[Total, ...] = ()
    """What its total rows say."""


def land(connection: Connection[Any], feed: Feed, delivery_id: int, path: Path) -> Landed:
    """Replace what is landed of the delivery by what its archived bytes hold, and say so in ledger.landing.

    One transaction: committed here when none is open, else part of the caller's, who commits. The landing table must be
    there (ensure_landing_table). Memory is bounded for any size of a delimited or JSON file. Raises psycopg.Error and
    OSError, and then nothing has changed; bytes that are not as declared are no error but a refusal.
    """
    with connection.transaction():
        lock(connection, feed)
        connection.execute(sql.SQL("delete from {} where delivery_id = %s").format(landing_table(feed)), (delivery_id,))
        try:
            with connection.transaction():
                landed = fill(connection, feed, delivery_id, path, landing_table(feed))
        except Refused as refusal:
            landed = Landed(delivery_id, 0, (), refusal.missing, refusal)
        _enter(connection, feed, landed)
    return landed


def fill(connection: Connection[Any], feed: Feed, delivery_id: int, path: Path, table: sql.Identifier) -> Landed:
    """Read the archived bytes into a table with the columns of the feed's landing table. Raises Refused.

    Cells that were erased at a person's request stay erased, though the archive has them.
    """
    format_ = feed.format
    refuse_other_kind(format_, path)
    if isinstance(format_, CsvFormat):
        landed = _fill_delimited(connection, feed, delivery_id, path, table)
    else:
        parts = document.parts(feed, path) if isinstance(format_, JsonFormat) else workbook.parts(feed, format_, path)
        landed = _fill_parts(connection, delivery_id, parts, table)
    if not landed.landed_rows and not feed.may_be_empty:
        raise no_rows()
    for _, row in erased_rows(connection, delivery_id):
        overwrite(connection, table, delivery_id, (row.sheet, row.row_number), row.cells)
    return landed


def _fill_delimited(
    connection: Connection[Any], feed: Feed, delivery_id: int, path: Path, table: sql.Identifier
) -> Landed:
    format_ = cast(CsvFormat, feed.format)
    last, header = csv_header(feed, format_, path)
    placed = place_columns(connection, table, header)
    behind = read_ahead(skip_bytes(csv_text(format_, path), last.size))
    found = records(format_, len(placed), last, behind)
    columns = [name for name in placed if name is not None]
    if len(columns) == len(placed) and is_copied_as_lines(format_):
        rows = copy_delimited(
            connection, table, format_, delivery_id=delivery_id, columns=columns, records=_whole(found)
        )
        return Landed(delivery_id, rows, header.extra, header.missing)
    one_by_one = (r for item in found for r in (cells_of(format_, item) if isinstance(item, Rows) else [item]))
    totals: list[Total] = []
    data = (
        one_by_one
        if format_.is_plain
        else data_rows(format_, header, one_by_one, totals=totals, delimiter=format_.delimiter)
    )
    rows = copy_records(connection, table, delivery_id, Part("", header, _whole(data)), placed)
    return Landed(delivery_id, rows, header.extra, header.missing, totals=tuple(totals))


def _whole(records: Iterable[R]) -> Iterator[R]:
    """Yield the same records. Raises Refused TRUNCATED for one in whose middle the file ends."""
    for record in records:
        if isinstance(record, Record) and record.is_cut:
            raise truncated(record.row_number)
        yield record


def csv_header(feed: Feed, format_: CsvFormat, path: Path) -> tuple[CsvHeader, Header]:
    """Return the header and the record it ends with. Raises Refused."""
    found = first_records(format_, csv_text(format_, path))
    first = next(found, None)
    if first is None:
        raise no_header()
    rows = ((record, record.cells) for record in chain([first], _readable(found)))
    return find_header(feed, format_, rows, lambda record: in_line(record.row_number))


def _readable(found: Iterator[CsvHeader]) -> Iterator[CsvHeader]:
    """Yield the records up to one that is not in the declared encoding, which is then no header."""
    with suppress(Refused):
        yield from found


def csv_text(format_: CsvFormat, path: Path) -> Iterator[bytes]:
    """Yield the file's bytes, in the encoding in which its records are read."""
    parts = chunks(path, format_.compression, format_.largest_mib << 20)
    if format_.encoding == "utf-16":
        return as_utf8(parts)
    return refuse_utf8(parts, format_.encoding) if format_.encoding == "cp1252" else parts


def _fill_parts(connection: Connection[Any], delivery_id: int, parts: Iterator[Part], table: sql.Identifier) -> Landed:
    rows = 0
    # Sheets may differ: what any of them adds or lacks is told once, in the order of the sheets.
    extra: dict[str, None] = {}
    missing: dict[str, None] = {}
    totals: list[Total] = []
    for part in parts:
        placed = place_columns(connection, table, part.header)
        rows += copy_records(connection, table, delivery_id, part, placed)
        extra |= dict.fromkeys(part.header.extra)
        missing |= dict.fromkeys(part.header.missing)
        totals += part.totals
    return Landed(delivery_id, rows, tuple(extra), tuple(missing), totals=tuple(totals))


def _enter(connection: Connection[Any], feed: Feed, landed: Landed) -> None:
    refusal = landed.refusal
    replace_landing(
        connection,
        landed.delivery_id,
        landed.landed_rows,
        feed=feed,
        extra_columns=landed.extra_columns,
        missing_columns=landed.missing_columns,
        refusal=(refusal.code, refusal.text) if refusal else None,
        totals=(total._asdict() for total in landed.totals),
    )
