"""Records of an XLSX workbook, sheet by sheet."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from cakupan.bilingual import Text
from cakupan.feeds import GUIDE_SHEET, LISTS_SHEET, Column, Feed, XlsxFormat, canonical
from cakupan.invisible import is_filled, shown_apart
from cakupan.landing.header import Header, Locate
from cakupan.landing.layout import data_rows, find_header
from cakupan.landing.records import Part, Record, Total, storable
from cakupan.landing.refusals import NOT_XLSX, no_header, unreadable
from cakupan.landing.sheet_scan import column_letters
from cakupan.landing.sheet_search import Findings
from cakupan.landing.spelling import is_kept_as_text, spell_date_for, spell_number_for
from cakupan.landing.workbook_check import check_workbook

Row = list[Any]
ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
"""What an error looks like; programs that copy values write it as text."""


def parts(feed: Feed, format_: XlsxFormat, path: Path) -> Iterator[Part]:
    """Yield the visible sheets that the feed declares, each with its header and records.

    Raises Refused: UNREADABLE, HEADER_NOT_FOUND without a visible sheet, MISSING_COLUMN and REPEATED_COLUMN by sheet.
    """
    checked = check_workbook(path)
    with checked.file as file:
        try:
            book = CalamineWorkbook.from_filelike(file)
        except CalamineError:
            raise unreadable(NOT_XLSX) from None
        skipped = {canonical(name) for name in (*format_.skip_sheets, GUIDE_SHEET, LISTS_SHEET)}
        names = visible_sheets(book)
        shown = dict(zip(names, shown_apart(names), strict=True))
        wanted = [name for name in names if canonical(name) not in skipped]
        if not wanted:
            raise no_header()
        for name in wanted if format_.sheets == "all" else wanted[:1]:
            yield _part(feed, format_, _sheet(book, name), shown[name], checked.findings.get(name, Findings()))


def visible_sheets(book: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets with cells that a person sees."""
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError:
        raise unreadable(NOT_XLSX) from None
    except BaseException as error:
        # The reader is written in Rust: where it gives up it panics, and a panic is no Exception.
        if type(error).__name__ == "PanicException":
            raise unreadable(NOT_XLSX) from None
        raise


def _part(feed: Feed, format_: XlsxFormat, sheet: CalamineSheet, name: str, findings: Findings) -> Part:
    rows = enumerate(sheet.iter_rows(), 1) if sheet.start else iter(())
    above = ((number, ["" if cell is None else str(cell) for cell in row]) for number, row in rows)
    first = sheet.start[1] if sheet.start else 0
    _, header = find_header(feed, format_, above, lambda row: _in_sheet(row, first), name)
    reader = _Reader(feed, header, first, findings)
    found = (record for number, row in rows if (record := reader.record(number, row)))
    totals: list[Total] = []
    return Part(name, header, data_rows(format_, header, found, totals=totals, sheet=name), totals)


def _in_sheet(row: int, first_column: int) -> Locate:
    def locate(position: int) -> Text:
        cell = f"{column_letters(first_column + position)}{row}"
        return Text(f"sel {cell}", f"cell {cell}")

    return locate


class _Reader:
    """Spells the rows of one sheet."""

    def __init__(self, feed: Feed, header: Header, first_column: int, findings: Findings) -> None:
        self.feed = feed
        self.columns = header.columns
        self.first_column = first_column
        self.errors = self._by_row(findings.errors)
        self.uncut = self._by_row(findings.uncut)
        self.defects: dict[int, list[str]] = defaultdict(list)
        for what, places in (
            ("formula without result", findings.without_result),
            ("value that cannot be read", findings.unreadable),
        ):
            for row, cells in self._that_matter(places).items():
                self.defects[row].append(f"{what} in {', '.join(cells)}")

    def _by_row(self, texts: dict[tuple[int, int], str]) -> dict[int, dict[int, str]]:
        """Return the texts by row and position in it."""
        found: dict[int, dict[int, str]] = defaultdict(dict)
        for (row, column), text in texts.items():
            found[row][column - self.first_column] = text
        return found

    def _that_matter(self, places: set[tuple[int, int]]) -> dict[int, list[str]]:
        """Return the cells by row; in a running number, and where nothing is declared, nobody needs to read one."""
        found: dict[int, list[str]] = defaultdict(list)
        for row, column in sorted(places):
            position = column - self.first_column
            declared = self.columns[position] if 0 <= position < len(self.columns) else None
            if declared and not declared.running_number:
                found[row].append(f"{column_letters(column)}{row}")
        return found

    def record(self, number: int, row: Row) -> Record | None:
        """Return the record, or None for a blank row."""
        if uncut := self.uncut.get(number):
            row = [uncut.get(position, cell) for position, cell in enumerate(row)]
        errors = self.errors.get(number, {})
        if written := {position: cell for position, cell in enumerate(row) if cell in ERRORS}:
            errors = {**errors, **written}
        values: list[str | None] = []
        numbers: list[str] = []
        typed: list[str] = []
        for column, cell in zip(self.columns, row, strict=True):
            if isinstance(cell, str):
                values.append(cell or None)
            elif isinstance(cell, float | int) and not isinstance(cell, bool):
                values.append(spell_number_for(self.feed, column, cell))
                if column and is_kept_as_text(column):
                    numbers.append(column.name)
            else:
                values.append(self._spell(column, cell))
                if column and is_kept_as_text(column) and cell is not None:
                    typed.append(column.name)
        for position, text in errors.items():
            values[position] = text
        record = Record(number, values, numbers or None, typed_cells=typed or None)
        if errors:
            declared = (self.columns[position] for position in sorted(errors))
            record.error_cells = [column.name for column in declared if column] or None
        if number in self.defects:
            record.defect = "; ".join(self.defects[number])
            record.raw = storable(json.dumps(values, ensure_ascii=False))
        elif not any(map(is_filled, values)):
            return None
        return record

    def _spell(self, column: Column | None, cell: Any) -> str | None:
        if isinstance(cell, bool):
            return "TRUE" if cell else "FALSE"
        if isinstance(cell, date):
            return spell_date_for(self.feed, column, cell.date() if isinstance(cell, datetime) else cell)
        return None if cell is None else str(cell)
