"""COPY into a landing table: whole lines as they come, or record by record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql

from cakupan.feeds import CsvFormat, Feed
from cakupan.landing.content import LINE_BYTES
from cakupan.landing.delimited import quotes_are_plain
from cakupan.landing.records import Part, Record, storable
from cakupan.landing.tables import OTHERS, landing_table, others, row_sequence

ENCODINGS = {"utf-8": "UTF8", "utf-8-sig": "UTF8", "cp1252": "WIN1252"}
FIXED = ("delivery_id", "sheet", "row_number")
READING = ("number_cells", "defect", "raw_record")


class NeedsCare(Exception):
    """These lines cannot go to COPY as they are; each record has to be looked at."""


def copy_lines(
    connection: Connection[Any],
    feed: Feed,
    format_: CsvFormat,
    *,
    columns: Sequence[str],
    header_row: int,
    parts: Iterable[bytes],
) -> int:
    """COPY the bytes behind a header; returns the number of rows.

    Row numbers count on from the header's. Raises NeedsCare when PostgreSQL, or a look at the quotes, finds a line that
    is no plain record: the caller then rolls back to its savepoint.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    restart = sql.SQL("alter sequence {} restart with {}")
    connection.execute(restart.format(row_sequence(feed), sql.Literal(header_row + 1)))
    statement = sql.SQL("copy {} ({}) from stdin (format csv, delimiter {}, encoding {}, force_null ({}))").format(
        landing_table(feed),
        names,
        sql.Literal(format_.delimiter),
        sql.Literal(ENCODINGS[format_.encoding]),
        names,
    )
    try:
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for block in _plain_blocks(parts, format_.delimiter):
                    copy.write(block)
            return cursor.rowcount
    except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded):
        raise NeedsCare from None


def _plain_blocks(parts: Iterable[bytes], delimiter: str) -> Iterator[bytes]:
    """Blocks of whole lines. Raises NeedsCare where COPY would read something else than a person."""
    rest = b""
    for part in parts:
        end = part.rfind(b"\n") + 1
        if not end:
            rest += part
            if len(rest) > LINE_BYTES:
                raise NeedsCare
            continue
        yield _plain(rest + part[:end], delimiter)
        rest = part[end:]
    if rest:
        yield _plain(rest, delimiter)


def _plain(block: bytes, delimiter: str) -> bytes:
    # A quote that is not closed would make COPY swallow lines up to the next one; `\.` ends the data before PG 18.
    if b"\\." in block or not quotes_are_plain(block, delimiter):
        raise NeedsCare
    return block


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
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
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
                    record.defect,
                    record.raw,
                    *cells,
                )
            )
    return count


def _spell_out_nul(record: Record) -> None:
    """PostgreSQL keeps no NUL: a record with one is broken."""
    if any(value and "\0" in value for value in record.values):
        record.values = [value and storable(value) for value in record.values]
        record.defect = record.defect or "NUL byte"
