"""COPY into a landing table: whole lines as they come, or record by record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from psycopg import Connection, sql

from cakupan.feeds import READING, CsvFormat
from cakupan.landing.content import gathered, read_ahead
from cakupan.landing.delimited import Rows, encoding_of
from cakupan.landing.records import Part, Record, storable
from cakupan.landing.tables import OTHERS, others

ENCODINGS = {"utf-8": "UTF8", "utf-8-sig": "UTF8", "utf-16": "UTF8", "cp1252": "WIN1252"}
FIXED = ("delivery_id", "sheet", "row_number")
NO_DELIMITERS = ".abcdefghijklmnopqrstuvwxyz0123456789"
"""Signs that stand for something else in the text format of COPY, or in a row number."""
LAST_DIGITS = [b"%03d\n" % number for number in range(1000)]


def is_copied_as_lines(format_: CsvFormat) -> bool:
    """Tell whether sound lines of the file can be handed to COPY as they stand."""
    return format_.is_plain and format_.delimiter not in NO_DELIMITERS


def copy_delimited(
    connection: Connection[Any],
    table: sql.Identifier,
    format_: CsvFormat,
    *,
    delivery_id: int,
    columns: Sequence[str],
    records: Iterable[Rows | Record],
) -> int:
    """COPY a delimited file, sound lines as they are; returns the number of records, the broken ones too."""
    statement = sql.SQL(
        "copy {} ({}, defect, raw_record, delivery_id, row_number) from stdin"
        " (format text, delimiter {}, encoding {}, null '')"
    ).format(
        table,
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Literal(format_.delimiter),
        sql.Literal(ENCODINGS[format_.encoding]),
    )
    counted = _Counted(records)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for lines in read_ahead(gathered(_lines(counted, delivery_id, len(columns), format_))):
                copy.write(lines)
        return _agreed(table, counted.number, cursor.rowcount)


class CountsDiffer(RuntimeError):
    """The database stored another number of records than was read: nothing of the delivery may land."""


def _agreed(table: sql.Identifier, read: int, stored: int) -> int:
    if read != stored:
        raise CountsDiffer(
            f"{table.as_string()}: {read} records were read and {stored} stored, so nothing was landed; report it with"
            " the file, as the reader and the database disagree on where a record ends"
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
    """Text for COPY: the cells, and behind them defect, raw record, delivery_id and row number."""
    sign = format_.delimiter.encode()
    behind = 3 * sign + str(delivery_id).encode() + sign
    for item in records:
        if isinstance(item, Rows):
            yield _numbered(item, behind)
        else:
            yield _spelled(item, delivery_id, width, format_)


def _numbered(rows: Rows, behind: bytes) -> bytes:
    """Return the lines with what stands behind each, a delimiter first, and its row number.

    Put together from pieces, the last digits made beforehand: formatting line by line takes twice as long.
    """
    pieces: list[bytes] = []
    done, number = 0, rows.row_number
    while done < len(rows.lines):
        thousands, first = divmod(number, len(LAST_DIGITS))
        lines = rows.lines[done : done + len(LAST_DIGITS) - first]
        pieces += chain.from_iterable(
            zip(lines, repeat(behind + b"%d" % thousands), LAST_DIGITS[first : first + len(lines)])
        )
        done, number = done + len(lines), number + len(lines)
    return b"".join(pieces).replace(b"\\", b"\\\\").replace(b"\0", b"\\" + behind[:1])


def _spelled(record: Record, delivery_id: int, width: int, format_: CsvFormat) -> bytes:
    cells = [*(record.values or width * [None]), record.defect, record.raw, str(delivery_id), str(record.row_number)]
    # No cell holds a NUL, so all of them are escaped at once: cell by cell takes three times as long.
    text = "\0".join(cell or "" for cell in cells)
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    text = text.replace(format_.delimiter, "\\" + format_.delimiter).replace("\0", format_.delimiter)
    return (text + "\n").encode(encoding_of(format_))


def copy_records(
    connection: Connection[Any], table: sql.Identifier, delivery_id: int, part: Part, placed: Sequence[str | None]
) -> int:
    """COPY the records of a part one by one, the broken ones with their defect; returns their number."""
    positions = [index for index, name in enumerate(placed) if name is not None]
    overflow = len(positions) < len(placed)
    columns = [*FIXED, *READING, *(name for name in placed if name is not None), *([OTHERS] if overflow else [])]
    nothing = [None] * (len(positions) + overflow)
    statement = sql.SQL("copy {} ({}) from stdin").format(table, sql.SQL(", ").join(map(sql.Identifier, columns)))
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
        return _agreed(table, count, cursor.rowcount)


def _spell_out_nul(record: Record) -> None:
    """Break a record with a NUL, which PostgreSQL does not keep."""
    if any(value and "\0" in value for value in record.values):
        record.values = [value and storable(value) for value in record.values]
        record.defect = record.defect or "NUL byte"
