"""A file read twice: by the readers of landing, up to the rows they hand to the database, and by a reader of others.

What landing accepts must be what the other reads, where that one reads the file; what it does not accept it must
refuse, or say of each record what is wrong with it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import openpyxl
from openpyxl.utils.escape import unescape
from psycopg import sql

from cakupan.feeds import Column, CsvFormat, Feed, JsonFormat, XlsxFormat, canonical
from cakupan.invisible import is_filled, shown_apart
from cakupan.landing import landing
from cakupan.landing.copying import FIXED
from cakupan.landing.delimited import encoding_of
from cakupan.landing.header import Header
from cakupan.landing.refusals import Refused

Place = tuple[str, int]
Cells = dict[str, str | None]


class Rows(dict[Place, tuple[Cells, str | None]]):
    """By sheet and row number: the declared cells of a record, and its defect."""

    @property
    def accepted(self) -> dict[Place, Cells]:
        return {place: cells for place, (cells, defect) in self.items() if not defect}


def read(feed: Feed, path: Path) -> Rows | Refused:
    """Read the file as landing does; returns the refusal where it is refused."""
    kept = _Kept(feed)
    with (
        patch.object(landing, "place_columns", kept.place),
        patch.object(landing, "erased_rows", lambda *_: ()),
    ):
        try:
            landed = landing.fill(kept, feed, 1, path, sql.Identifier("t"))  # type: ignore[arg-type]
        except Refused as refusal:
            return refusal
    assert landed.landed_rows == len(kept.rows), "two records with one number"
    return kept.rows


class _Kept:
    """Stands for a connection: keeps the rows that are copied, as PostgreSQL would read them."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.rows = Rows()
        self.rowcount = 0

    def place(self, _: object, __: object, header: Header) -> list[str]:
        self.columns = [column.name if column else f"x_{number}" for number, column in enumerate(header.columns)]
        return self.columns

    @contextmanager
    def cursor(self) -> Iterator[_Kept]:
        self.rowcount = 0
        yield self

    @contextmanager
    def copy(self, _: object) -> Iterator[SimpleNamespace]:
        lines: list[bytes] = []
        yield SimpleNamespace(write=lines.append, write_row=self._take)
        for line in b"".join(lines).split(b"\n")[:-1]:
            self._take_line(line)

    def _take_line(self, line: bytes) -> None:
        format_ = self.feed.format
        assert isinstance(format_, CsvFormat)
        *values, defect, _, _, number = copied_cells(line.decode(encoding_of(format_)), format_.delimiter)
        assert len(values) == len(self.columns)
        self._keep("", int(number or 0), values, defect)

    def _take(self, row: Sequence[Any]) -> None:
        _, sheet, number = row[: len(FIXED)]
        defect, _, *values = row[len(FIXED) + 3 :]
        self._keep(sheet, number, values, defect)

    def _keep(self, sheet: str, number: int, values: Sequence[str | None], defect: str | None) -> None:
        assert not any("\0" in value for value in values if value), "PostgreSQL keeps no NUL"
        assert all(value.encode() is not None for value in values if value), "PostgreSQL keeps no half of a character"
        cells = {name: value or None for name, value in zip(self.columns, values, strict=True) if name[:2] != "x_"}
        self.rows[sheet, number] = cells, defect
        self.rowcount += 1


def copied_cells(line: str, delimiter: str) -> list[str | None]:
    """Cut a line in the text format of COPY as PostgreSQL does."""
    cells, signs = [""], iter(line)
    for sign in signs:
        if sign == "\\":
            follows = next(signs)
            cells[-1] += {"n": "\n", "r": "\r"}.get(follows, follows)
        elif sign == delimiter:
            cells.append("")
        else:
            cells[-1] += sign
    return [cell or None for cell in cells]


def differences(feed: Feed, path: Path) -> list[str]:
    """Read the file twice; tell what was accepted and is otherwise, or nowhere, in what the other reader reads."""
    ours = read(feed, path)
    if isinstance(ours, Refused):
        return []
    theirs = {"csv": _by_csv, "xlsx": _by_openpyxl, "json": _by_json}[feed.format.kind](feed, path, ours)
    if theirs is None:
        return []
    accepted = ours.accepted if feed.format.kind != "csv" else dict(enumerate(ours.accepted.values()))
    return [
        *(f"{place}: accepted, and the other reader has no such row" for place in accepted if place not in theirs),
        *(
            f"{place}: lost"
            for place in theirs
            if place not in accepted and place not in ours and getattr(feed.format, "is_plain", True)
        ),
        *(
            f"{place}: {column.name} is {accepted[place][column.name]!r} and should be {cells[column.name]!r}"
            for place, cells in theirs.items()
            if place in accepted
            for column in feed.columns
            if column.name in accepted[place]
            and not _same(feed, column, accepted[place][column.name], cells[column.name])
        ),
    ]


def _by_csv(feed: Feed, path: Path, ours: Rows) -> dict[Any, dict[str, Any]] | None:
    """Read with the module csv, which knows no numbers of rows; None where it does not read the file.

    Nor where a quote is not closed: it then reads on, and landing takes no line that is a record of its own into a
    cell, by intention.
    """
    format_, data = feed.format, path.read_bytes()
    assert isinstance(format_, CsvFormat)
    encoding = "utf-8-sig" if format_.encoding == "utf-8" else format_.encoding
    try:
        text = (gzip.decompress(data) if format_.compression else data).decode(encoding)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=format_.delimiter, strict=True))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error):
        return None
    if any("quote" in (defect or "") or "NUL" in (defect or "") for _, defect in ours.values()):
        return None
    at = next(number for number, line in enumerate(lines) if _names_all(feed, line))
    rows = [line for line in lines[at + 1 :] if any(map(is_filled, line)) and len(line) == len(lines[at])]
    return dict(enumerate(_declared(feed, dict(enumerate(lines[at])), dict(enumerate(row))) for row in rows))


def _by_json(feed: Feed, path: Path, ours: Rows) -> dict[Any, dict[str, Any]] | None:
    """Read with the module json; None where it gives up on depth. Raises ValueError for what is no JSON."""
    assert isinstance(feed.format, JsonFormat)
    try:
        found = _json(path.read_bytes().decode("utf-8-sig"))
    except RecursionError:
        return None
    for key in feed.format.rows.split(".") if feed.format.rows else ():
        found = dict(found)[key]
    theirs = {}
    for number, element in enumerate(found, 1):
        names = [canonical(key) for key, _ in element] if isinstance(element, _Members) else []
        if len(set(names)) == len(names) and any(
            not isinstance(v, str | None) or is_filled(v) for _, v in element or ()
        ):
            cells = dict(zip(names, (value for _, value in element), strict=True))
            theirs["", number] = {column.name: cells.get(column.canonical_header) for column in feed.columns}
    return theirs


def _by_openpyxl(feed: Feed, path: Path, ours: Rows) -> dict[Any, dict[str, Any]] | None:
    """Read with openpyxl; None where it does not read the workbook, or finds nothing in it for a misspelled name."""
    format_ = feed.format
    assert isinstance(format_, XlsxFormat)
    try:
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    except Exception:
        return None
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    named = zip(visible, shown_apart([sheet.title for sheet in visible]), strict=True)
    wanted = [(sheet, name) for sheet, name in named if sheet.title not in format_.skip_sheets]
    if not wanted:
        return None
    theirs = {}
    for sheet, name in wanted if format_.sheets == "all" else wanted[:1]:
        grid: dict[int, dict[int, Any]] = defaultdict(dict)
        for (row, column), cell in sheet._cells.items():
            grid[row][column] = unescape(cell.value) if isinstance(cell.value, str) else cell.value
        if not grid:
            return None
        at = next(row for row in sorted(grid) if _names_all(feed, [str(value) for value in grid[row].values()]))
        for row in sorted(grid):
            if row > at and any(not isinstance(v, str | None) or is_filled(v) for v in grid[row].values()):
                theirs[name, row] = _declared(feed, grid[at], grid[row])
    return theirs


def _names_all(feed: Feed, cells: Iterable[str]) -> bool:
    names = {canonical(cell) for cell in cells}
    return all(column.canonical_header in names for column in feed.columns if column.required)


def _declared(feed: Feed, header: Mapping[int, Any], row: Mapping[int, Any]) -> dict[str, Any]:
    """Return the cells of the declared columns."""
    places: dict[str, int] = {}
    for place in sorted(header):
        places.setdefault(canonical(str(header[place])), place)
    return {column.name: row.get(places.get(column.canonical_header, -1)) for column in feed.columns}


def _same(feed: Feed, column: Column, ours: str | None, theirs: Any) -> bool:
    """Tell whether a landed text says what another reader read, by whatever type that one gave it."""
    if feed.format.kind == "xlsx" and isinstance(theirs, str):
        ours, theirs = (ours or "").strip() or None, theirs.strip()
    if theirs in (None, "") or ours is None:
        return ours is None and theirs in (None, "")
    if column.type == "json" or isinstance(theirs, list):
        return bool(_plain(_json(ours)) == _plain(theirs))
    if isinstance(theirs, bool):
        return ours.upper() == str(theirs).upper()
    if isinstance(theirs, int | float | Decimal):
        exact = Decimal(ours.replace(",", ".")) == theirs
        return exact or (
            isinstance(theirs, float) and math.isclose(float(ours.replace(",", ".")), theirs, rel_tol=1e-14)
        )
    if isinstance(theirs, date):
        return ours in {theirs.strftime(spelled) for spelled in ("%d/%m/%Y", "%Y-%m-%d")} or column.type == "month"
    return ours == str(theirs)


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object, in their order."""


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, object_pairs_hook=_Members, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _plain(value: Any) -> Any:
    if isinstance(value, _Members):
        return {key: _plain(member) for key, member in value}
    return list(map(_plain, value)) if isinstance(value, list) else value
