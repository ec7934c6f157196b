"""COPY into a landing table: whole lines as they come, or record by record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psycopg import Connection, sql

from cakupan.feeds import READING, CsvFormat, Feed
from cakupan.landing.content import read_ahead
from cakupan.landing.delimited import Rows, encoding_of
from cakupan.landing.records import Part, Record, storable
from cakupan.landing.tables import OTHERS, landing_table, others

ENCODINGS = {"utf-8": "UTF8", "utf-8-sig": "UTF8", "utf-16": "UTF8", "cp1252": "WIN1252"}
FIXED = ("delivery_id", "sheet", "row_number")


def copy_delimited(
    connection: Connection[Any],
    feed: Feed,
    format_: CsvFormat,
    *,
    delivery_id: int,
    columns: Sequence[str],
    records: Iterable[Rows | Record],
) -> int:
    """COPY a delimited file, sound lines as they are; returns the number of records, the broken ones too."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(
        "copy {} (delivery_id, row_number, defect, raw_record, {}) from stdin"
        " (format csv, delimiter {}, encoding {}, force_null ({}))"
    ).format(
        landing_table(feed), names, sql.Literal(format_.delimiter), sql.Literal(ENCODINGS[format_.encoding]), names
    )
    counted = _Counted(records)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for lines in read_ahead(_lines(counted, delivery_id, len(columns), format_)):
                copy.write(lines)
        return _agreed(feed, counted.number, cursor.rowcount)


class CountsDiffer(RuntimeError):
    """The database stored another number of records than was read: nothing of the delivery may land."""


def _agreed(feed: Feed, read: int, stored: int) -> int:
    if read != stored:
        raise CountsDiffer(
            f"{feed.name}: {read} records were read and {stored} stored, so nothing was landed; report it with the"
            " file, as the reader and the database disagree on where a record ends"
        )
    return stored


class _Counted:
    """The same items, and how many records they hold."""

    def __init__(self, items: Iterable[Rows | Record]) -> None:
        self._items = items
        self.number = 0

    def __iter__(self) -> Iterator[Rows | Record]:
        for item in self._items:
            self.number += len(item.lines) if isinstance(item, Rows) else 1
            yield item


def _lines(records: Iterable[Rows | Record], delivery_id: int, width: int, format_: CsvFormat) -> Iterator[bytes]:
    """CSV for COPY: delivery_id, row number, defect and raw record before the cells."""
    sign = format_.delimiter.encode()
    template = str(delivery_id).encode() + sign + b"%d" + 3 * sign + b"%b\n"
    for item in records:
        if isinstance(item, Rows):
            yield b"".join([template % row for row in enumerate(item.lines, item.row_number)])
        else:
            yield _csv(item, delivery_id, width, format_)


def _csv(record: Record, delivery_id: int, width: int, format_: CsvFormat) -> bytes:
    cells = [str(delivery_id), str(record.row_number), record.defect, record.raw, *(record.values or width * [None])]
    quoted = ("" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in cells)
    return (format_.delimiter.join(quoted) + "\n").encode(encoding_of(format_))


def copy_records(
    connection: Connection[Any], feed: Feed, delivery_id: int, part: Part, placed: Sequence[str | None]
) -> int:
    """COPY the records of a part one by one, the broken ones with their defect; returns their number."""
    positions = [index for index, name in enumerate(placed) if name is not None]
    overflow = len(positions) < len(placed)
    columns = [*FIXED, *READING, *(name for name in placed if name is not None), *([OTHERS] if overflow else [])]
    nothing = [None] * (len(positions) + overflow)
    statement = sql.SQL("copy {} ({}) from stdin").format(
        landing_table(feed), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for record in part.records:
                count += 1
                cells: Sequence[str | None] = nothing
                values = record.values
                if values:
                    _spell_out_nul(record)
                    values = record.values
                    cells = [values[index] for index in positions] if overflow else values
                    if overflow:
                        cells = [*cells, others(part.header, placed, values)]
                copy.write_row(
                    (
                        delivery_id,
                        part.sheet,
                        record.row_number,
                        record.number_cells,
                        record.error_cells,
                        record.typed_cells,
                        record.defect,
                        record.raw,
                        *cells,
                    )
                )
        return _agreed(feed, count, cursor.rowcount)


def _spell_out_nul(record: Record) -> None:
    """PostgreSQL keeps no NUL: a record with one is broken."""
    if any(value and "\0" in value for value in record.values):
        record.values = [value and storable(value) for value in record.values]
        record.defect = record.defect or "NUL byte"
