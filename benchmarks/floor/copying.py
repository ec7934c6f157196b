"""Copies the night's files into tables of text with psql's \\copy, which is the least that landing can cost."""

from __future__ import annotations

import csv
import gzip
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.measuring import Timings
from cakupan import settings
from cakupan.database import Role, url
from cakupan.database.server import binaries
from cakupan.feeds import CsvFormat, Feed, canonical
from cakupan.quality.column_sql import column_list

NOTICED = ("number_cells text[]", "error_cells text[]", "typed_cells text[]", "defect text", "raw_record text")
"""What the project's readers notice of a cell; none in a CSV file."""


@dataclass(frozen=True)
class Plain:
    """A file that \\copy can read as it is, and the columns it has."""

    path: Path
    columns: tuple[str, ...]
    options: str


def copy_night(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date, deliveries: Path) -> Timings:
    """Copy every file of the night into `floor.raw_<feed>`; tells the seconds of CSV files and of the others."""
    timings = Timings()
    for feed in feeds:
        if plain := _plain(connection, feed, night, deliveries):
            stage = "copy CSV" if isinstance(feed.format, CsvFormat) else "copy others"
            _make_table(connection, feed, plain)
            names = sql.SQL(", ").join(map(sql.Identifier, plain.columns)).as_string(connection)
            command = (
                f"\\copy {raw_table(feed).as_string(connection)} ({names}) from '{plain.path}' with ({plain.options})"
            )
            with timings.clock(stage):
                subprocess.run([binaries() / "psql", "-qc", command, url(Role.ADMIN)], check=True)
            plain.path.unlink()
    return timings


def raw_table(feed: Feed) -> sql.Identifier:
    """Name the table of text of the feed's night."""
    return sql.Identifier("floor", f"raw_{feed.table}")


def _plain(connection: psycopg.Connection[Any], feed: Feed, night: date, deliveries: Path) -> Plain | None:
    """Unpack the night's file, or write what a workbook or JSON holds as CSV, before any clock runs."""
    path = deliveries / feed.agency / feed.feed / f"{feed.feed}_{night:%Y%m%d}.{feed.format.extension}"
    if not path.exists():
        return None
    plain = settings.home() / "floor.csv"
    if not isinstance(feed.format, CsvFormat):
        return _landed_as_csv(connection, feed, night, plain)
    raw = gzip.decompress(path.read_bytes()) if feed.format.compression else path.read_bytes()
    plain.write_bytes(raw)
    header = raw.split(b"\n", 1)[0].decode(feed.format.encoding).strip("\r\ufeff")
    names = {column.canonical_header: column.name for column in feed.columns}
    cells = next(csv.reader([header], delimiter=feed.format.delimiter))
    encoding = "WIN1252" if feed.format.encoding == "cp1252" else "UTF8"
    options = f"format csv, header, delimiter '{feed.format.delimiter}', encoding '{encoding}'"
    return Plain(plain, tuple(names.get(canonical(cell), f"x_{cell}") for cell in cells), options)


def _landed_as_csv(connection: psycopg.Connection[Any], feed: Feed, night: date, path: Path) -> Plain:
    columns = [column.name for column in feed.columns]
    columns += [noticed.split()[0] for noticed in NOTICED]
    query = sql.SQL(
        "copy (select {} from {} where delivery_id in (select delivery_id from ledger.delivery"
        " where (agency, feed, business_date) = ({}, {}, {}))) to stdout (format csv, header)"
    ).format(
        column_list(columns), sql.Identifier("landing", feed.table),
        sql.Literal(feed.agency), sql.Literal(feed.feed), sql.Literal(night),
    )  # fmt: skip
    with path.open("wb") as file, connection.cursor().copy(query) as copy:
        for block in copy:
            file.write(block)
    return Plain(path, tuple(columns), "format csv, header")


def _make_table(connection: psycopg.Connection[Any], feed: Feed, plain: Plain) -> None:
    connection.execute(sql.SQL("drop table if exists {}").format(raw_table(feed)))
    fields = sql.SQL(", ").join(_fields(feed, plain))
    connection.execute(sql.SQL("create table {} ({})").format(raw_table(feed), fields))


def _fields(feed: Feed, plain: Plain) -> Iterator[sql.Composable]:
    declared = [column.name for column in feed.columns]
    for name in dict.fromkeys([*declared, *(name for name in plain.columns if name.startswith("x_"))]):
        yield sql.SQL("{} text").format(sql.Identifier(name))
    yield from (sql.SQL(noticed) for noticed in NOTICED)
