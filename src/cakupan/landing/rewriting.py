"""A delivery's file with some of its records replaced: every other record stays as it is, and where it is."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from cakupan.bilingual import Text
from cakupan.feeds import Column, CsvFormat, Feed, XlsxFormat, canonical
from cakupan.invisible import shown_apart
from cakupan.landing.delimited import BadQuote, encoding_of, split
from cakupan.landing.header import Header, in_line
from cakupan.landing.landing import csv_header, csv_text
from cakupan.landing.layout import find_header
from cakupan.landing.workbook import visible_sheets
from cakupan.spreadsheets import as_bytes, write_text

Place = tuple[str, int]
"""The sheet and the number of a row."""
Changes = Mapping[str, str | None]
"""The new cells of a row, by column; no entry for one that stays."""
_LINE_END = re.compile(rb"[\r\n]*\Z")
_BLANK = re.compile(r"[\s,]*")


class CannotRewrite(ValueError):
    """The file cannot be written with the new cells in it; says why in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def rewrite(feed: Feed, path: Path, changed: Mapping[Place, Changes], emptied: Sequence[Place]) -> bytes:
    """Return the file with the cells of some rows changed and other rows emptied, which are no rows then.

    Raises CannotRewrite, Refused and OSError.
    """
    if isinstance(feed.format, CsvFormat):
        return _delimited(feed, feed.format, path, changed, emptied)
    if isinstance(feed.format, XlsxFormat):
        return _workbook(feed, feed.format, path, changed, emptied)
    return _document(feed, path, changed, emptied)


def _delimited(
    feed: Feed, format_: CsvFormat, path: Path, changed: Mapping[Place, Changes], emptied: Sequence[Place]
) -> bytes:
    lines = b"".join(csv_text(format_, path)).splitlines(keepends=True)
    _, header = csv_header(feed, format_, path)
    for (_, row), cells in [*changed.items(), *((place, None) for place in emptied)]:
        end = _LINE_END.search(lines[row - 1])
        text = format_.delimiter * (len(header.columns) - 1)
        if cells is not None:
            text = _line(format_, header, lines[row - 1], cells)
        try:
            lines[row - 1] = text.encode(encoding_of(format_)) + (end[0] if end else b"")
        except UnicodeEncodeError as error:
            sign = error.object[error.start]
            raise CannotRewrite(
                Text(
                    f"baris {row} memuat karakter U+{ord(sign):04X}, yang tidak ada dalam {error.encoding}",
                    f"row {row} holds the character U+{ord(sign):04X}, which {error.encoding} does not have",
                )
            ) from None
    data = b"".join(lines)
    if format_.encoding == "utf-16":
        data = data.decode().encode("utf-16")
    return gzip.compress(data, mtime=0) if format_.compression else data


def _line(format_: CsvFormat, header: Header, line: bytes, cells: Changes) -> str:
    """Write the record anew; a cell that is not changed stays, where the record could be read."""
    old = split(line.decode(encoding_of(format_), "replace").rstrip("\r\n"), format_.delimiter)
    if isinstance(old, BadQuote) or len(old) != len(header.columns):
        old = [""] * len(header.columns)
    new = [
        (cells[column.name] or "") if column and column.name in cells else cell
        for column, cell in zip(header.columns, old, strict=True)
    ]
    return format_.delimiter.join(_quoted(cell, format_.delimiter) for cell in new)


def _quoted(cell: str, delimiter: str) -> str:
    cell = " ".join(cell.splitlines())
    return '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell


def _workbook(
    feed: Feed, format_: XlsxFormat, path: Path, changed: Mapping[Place, Changes], emptied: Sequence[Place]
) -> bytes:
    with path.open("rb") as file:
        names = visible_sheets(CalamineWorkbook.from_filelike(file))
    shown = dict(zip(shown_apart(names), names, strict=True))
    try:
        # A formula counts by its result, which the library would not keep beside it.
        with path.open("rb") as file:  # by its name in the archive the library would not take it for a workbook
            book = load_workbook(file, data_only=True)
        headers = {sheet: _columns(feed, format_, book[shown[sheet]]) for sheet, _ in [*changed, *emptied]}
        for (sheet, row), cells in changed.items():
            for name, text in cells.items():
                _put(book, shown[sheet], row, headers[sheet].get(name), text)
        for sheet, row in emptied:
            for cell in book[shown[sheet]][row]:
                cell.value = None
        return as_bytes(book)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        raise CannotRewrite(
            Text("buku kerja aslinya tidak dapat ditulis ulang", "the original workbook cannot be written again")
        ) from None


def _columns(feed: Feed, format_: XlsxFormat, sheet: Worksheet) -> dict[str, int]:
    """Return where the declared columns stand in a sheet, counted from 1."""
    rows = ((number, ["" if c is None else str(c) for c in row]) for number, row in enumerate(_cells(sheet), 1))
    _, header = find_header(feed, format_, rows, in_line)
    return {column.name: place for place, column in enumerate(header.columns, 1) if column}


def _cells(sheet: Worksheet) -> Any:
    return sheet.iter_rows(min_row=1, min_col=1, values_only=True)


def _put(book: Workbook, sheet: str, row: int, place: int | None, text: str | None) -> None:
    if place is None:
        return  # an optional column that the office does not deliver
    cell = book[sheet].cell(row, place)
    cell.value = None
    write_text(cell, text)


def _document(feed: Feed, path: Path, changed: Mapping[Place, Changes], emptied: Sequence[Place]) -> bytes:
    """Replace elements of the array in the text itself, so that numbers elsewhere keep their digits."""
    text = path.read_text(encoding="utf-8-sig")
    decoder, position, pieces, done = json.JSONDecoder(), text.find("[") + 1, list[str](), 0
    if text[: position - 1].strip():
        raise CannotRewrite(Text("datanya ada di dalam objek JSON", "its rows stand inside a JSON object"))
    columns = {column.canonical_header: column for column in feed.columns}
    for number in range(1, 1 + max(row for _, row in [*changed, *emptied])):
        begin = _BLANK.match(text, position).end()  # type: ignore[union-attr] # it matches nothing too
        element, position = decoder.raw_decode(text, begin)
        place = ("", number)
        if place in changed or place in emptied:
            new = _element(columns, element, changed[place]) if place in changed else None
            pieces += [text[done:begin], json.dumps(new, ensure_ascii=False)]
            done = position
    return "".join([*pieces, text[done:]]).encode()


def _element(columns: Mapping[str, Column], element: Any, cells: Changes) -> dict[str, Any]:
    if not isinstance(element, dict):
        element = {}
    keys = {column.name: key for key in element if (column := columns.get(canonical(key)))}
    named = {column.name: column for column in columns.values()}
    new = {keys.get(name, named[name].header): _value(named[name], text) for name, text in cells.items()}
    return {**element, **new}


def _value(column: Column, text: str | None) -> Any:
    if text is None or column.type != "json":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
