"""A report as a spreadsheet: a sheet for each table, numbers as numbers, text as text whatever it begins with."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cakupan import settings
from cakupan.bilingual import Language, Text
from cakupan.formulas import BEGINNINGS
from cakupan.reports.content import NUMBERS, Cell, Column, Kind, Report, Table
from cakupan.reports.spelling import said

FORMATS = {
    "rupiah": "#,##0;[Red]-#,##0",
    "count": "#,##0",
    "share": "0.00%",
    "number": "General",
    "date": "dd-mm-yyyy",
    "moment": "dd-mm-yyyy hh:mm",
    "text": "@",
    "code": "@",
}
LONGEST = 32767
EXACT_UP_TO = 10**15
"""A spreadsheet rounds longer numbers, so they are text."""
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
HEAD = PatternFill("solid", start_color="1F3A4D")
RULE = Border(bottom=Side("thin", color="C9D1D9"))


def workbook(report: Report) -> bytes:
    """Return the report's summary and every table that has a sheet."""
    language = report.language
    book = Workbook(write_only=True)
    book.properties.title = f"{said(report.title, language)} · {said(report.subtitle, language)}"
    book.properties.creator = "Cakupan"
    limits = [point for section in report.sections for point in section.points]
    after: list[list[Cell | tuple[Cell, Kind]]] = [[]]
    after += [[title, (cell, kind)] for title, cell, kind in report.cards]
    after += [[]]
    after += [[Text("Tidak boleh dipakai", "Must not be used"), limit] for limit in limits]
    _sheet(
        book,
        Table(
            (Column(report.title, width=34), Column(report.subtitle, width=90)),
            [[name, value] for name, value in report.facts],
            sheet=Text("Ringkasan", "Summary"),
        ),
        language,
        after=after,
    )
    for section in report.sections:
        for table in section.tables:
            if table.sheet:
                _sheet(book, table, language)
    return _saved(book)


def table_workbook(table: Table, language: Language) -> bytes:
    """Return a workbook of one table."""
    book = Workbook(write_only=True)
    book.properties.creator = "Cakupan"
    _sheet(book, table, language)
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _sheet(
    book: Workbook, table: Table, language: Language, after: Sequence[Sequence[Cell | tuple[Cell, Kind]]] = ()
) -> None:
    sheet = book.create_sheet(said(table.sheet, language))
    for number, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    last = get_column_letter(len(table.columns))
    if table.rows and not after:
        sheet.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"
    heading = []
    for column in table.columns:
        cell = _cell(sheet, said(column.title, language), "text")
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=_side(column.kind))
        heading.append(cell)
    sheet.append(heading)
    for row in table.rows:
        sheet.append(
            [
                _cell(sheet, _chosen(cell, language), column.kind)
                for column, cell in zip(table.columns, row, strict=True)
            ]
        )
    if table.total:
        total = [
            _cell(sheet, _chosen(cell, language), column.kind)
            for column, cell in zip(table.columns, table.total, strict=True)
        ]
        for cell in total:
            cell.font = Font(bold=True)
        sheet.append(total)
    for free in after:
        sheet.append([_cell(sheet, _chosen(value, language), kind) for value, kind in map(_with_kind, free)])


def _chosen(cell: Cell, language: Language) -> Cell:
    return cell.in_language(language) if isinstance(cell, Text) else cell


def _with_kind(cell: Cell | tuple[Cell, Kind]) -> tuple[Cell, Kind]:
    return cell if isinstance(cell, tuple) else (cell, "text")


def _cell(sheet: object, value: Cell, kind: Kind) -> SheetCell:
    """Return a cell of its kind; text never becomes a formula, and a number stays a number also when it is negative."""
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(tzinfo=None)
    if isinstance(value, int) and abs(value) >= EXACT_UP_TO:
        value = str(value)
    if isinstance(value, str):
        value, kind = _ILLEGAL.sub("", value)[:LONGEST], "text" if kind in NUMBERS else kind
    cell = WriteOnlyCell(sheet, value or None if isinstance(value, str) else value)
    if isinstance(value, str) and value:
        cell.data_type = "s"
        if value.startswith(BEGINNINGS):
            cell.quotePrefix = True
    cell.number_format = FORMATS[kind]
    cell.border = RULE
    cell.alignment = Alignment(vertical="top", wrap_text=kind == "text", horizontal=_side(kind))
    return cell


def _side(kind: Kind) -> str:
    return "right" if kind in NUMBERS else "left"
