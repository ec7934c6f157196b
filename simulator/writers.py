"""Writes deliveries in the agencies' formats."""

import contextlib
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from simulator.columns import Feed, Format
from simulator.dirt import Row
from simulator.headers import Header
from simulator.places import OUTSIDE_SHEET, SHEETS
from simulator.rows import Cell
from simulator.workbook import Book, budget_footer

SHEET_ORDER = ("Bumiaji", "Batu", "Junrejo", OUTSIDE_SHEET)


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery to write; without a path its rows are only gone through."""

    feed: Feed
    night: date
    header: Callable[[], Header]
    path: Path | None
    total: Callable[[], list[int]] = list


def write(job: Job, rows: Iterable[Row]) -> None:
    """Write a delivery, or only exhaust its rows where the file is there already."""
    if job.path is None:
        for _ in rows:
            pass
        return
    job.path.parent.mkdir(parents=True, exist_ok=True)
    match job.feed.form:
        case Format.XLSX:
            job.path.write_bytes(_workbook(job, rows))
        case Format.JSON:
            _json(job, rows)
        case _:
            _csv(job, rows)


def _placed(feed: Feed, header: Header, rows: Iterable[Row]) -> Iterator[list[Cell]]:
    """Yield the rows as written: running number filled in, columns in tonight's order."""
    running = feed.names.index(feed.running) if feed.running else None
    position = 0
    for row in rows:
        if row.blank:
            yield [None] * len(header.names)
            continue
        position += 1
        if running is not None:
            row.cells[running] = position
        yield header.arrange(row.cells, position)


@contextlib.contextmanager
def _text(job: Job, path: Path) -> Iterator[io.TextIOBase]:
    """Open a text delivery in its encoding; a gzip carries neither name nor clock."""
    if job.feed.form is Format.PIPE:
        with (
            path.open("wb") as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
            io.TextIOWrapper(packed, "utf-8", newline="", write_through=False) as text,
        ):
            yield text
    else:
        encoding = {Format.SEMICOLON: "cp1252", Format.BOM: "utf-8-sig"}.get(job.feed.form, "utf-8")
        with path.open("w", encoding=encoding, newline="") as text:
            yield text


def _csv(job: Job, rows: Iterable[Row]) -> None:
    """Write a CSV of any of the kinds."""
    delimiter, end = {Format.PIPE: ("|", "\n"), Format.SEMICOLON: (";", "\r\n")}.get(job.feed.form, (",", "\n"))
    header = job.header()
    assert job.path is not None  # noqa: S101 - write() has seen to it
    with _text(job, job.path) as text:
        writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
        writer.writerow(header.names)
        writer.writerows(_placed(job.feed, header, rows))


def _json(job: Job, rows: Iterable[Row]) -> None:
    """Write a JSON array, one object per row."""
    header = job.header()
    found: list[dict[str, Any]] = [
        dict(zip(header.names, cells, strict=True)) for cells in _placed(job.feed, header, rows)
    ]
    assert job.path is not None  # noqa: S101 - write() has seen to it
    job.path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")


def _workbook(job: Job, rows: Iterable[Row]) -> bytes:
    """Write an XLSX: one sheet, or one for every kecamatan and one for those from outside."""
    feed = job.feed
    book = Book(feed.code, job.night)
    if feed.code == "disnaker.penerima_dbhcht":
        sheets: dict[str, list[Row]] = {name: [] for name in SHEET_ORDER}
        for row in rows:
            sheets[row.sheet].append(row)
        for name, content in sheets.items():
            header = job.header()
            book.sheet(name, header, _placed(feed, header, content))
        return book.content()
    header = job.header()
    footer: Iterable[list[Cell]] = ()
    if feed.code == "sipd.anggaran":
        everything = list(rows)
        footer = budget_footer(header, job.total(), feed.names.index("PAGU"), job.night)
        rows = everything
    book.sheet("Data", header, _placed(feed, header, rows), footer)
    return book.content()


assert set(SHEETS.values()) < set(SHEET_ORDER)  # noqa: S101 - every kecamatan has its sheet
