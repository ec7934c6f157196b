"""The fix workbook: the bad rows of one delivery under their own numbers and column names, wrong cells marked.

What an office changes in it is a correction of that delivery, wherever the workbook comes back from.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook

from cakupan.bilingual import Language, Text, day, in_both, joined
from cakupan.corrections.bad_rows import BadRow, Fault, Faults
from cakupan.feeds import Feed
from cakupan.spreadsheets import as_bytes, write_text

MARK = "_cakupan"
"""The hidden sheet that says of which delivery the rows are."""
SHEET = "Perbaikan"
HEADER = 3
LIST_BYTES = 1 << 20
"""Of the list of a workbook's sheets that are looked at."""
ROW, SHEET_NAME, REASON = "BARIS ASLI", "LEMBAR ASLI", "YANG PERLU DIPERBAIKI"
"""Columns beside those of the feed: the same words in both languages, for they are read again."""
HEAD, OURS = PatternFill("solid", start_color="1F3A4D"), PatternFill("solid", start_color="5B6675")
WRONG, KEPT = PatternFill("solid", start_color="FFD5CC"), PatternFill("solid", start_color="E9EDF1")
WRAPPED = Alignment(wrap_text=True, vertical="top")
TITLE = Text("Perbaikan kiriman {} tanggal {} · {}", "Corrections of the delivery {} of {} · {}")
TOLD = Text(
    "Perbaiki sel berwarna merah dan kirim kembali buku kerja ini; baris lain pada kiriman tetap seperti semula. Jangan"
    f" mengubah kolom {ROW}. Baris yang seluruh selnya dikosongkan dianggap ditarik.",
    "Correct the red cells and send this workbook back; all other rows of the delivery stay as they are. Leave the"
    f" column {ROW} as it is. A row of which every cell is emptied is taken as withdrawn.",
)


@dataclass(frozen=True)
class Origin:
    """Of which delivery a workbook holds rows."""

    feed: str
    business_date: date
    sha256: str


def fix_workbook(feed: Feed, origin: Origin, rows: Iterable[BadRow], language: Language = "id") -> bytes:
    """Make the workbook; the same bytes for the same rows and rules."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    title = TITLE.format(feed.title, day(origin.business_date), feed.owner).in_language(language)
    book.properties.title, book.properties.creator = title, "Cakupan"
    sheet["A1"], sheet["A2"] = title, TOLD.in_language(language)
    sheet["A1"].font = Font(name="Calibri", bold=True, size=14)
    headings = [ROW, *([SHEET_NAME] if has_sheets(feed) else []), *(c.header for c in feed.columns), REASON]
    for place, heading in enumerate(headings, start=1):
        cell = sheet.cell(HEADER, place)
        write_text(cell, heading)
        cell.font, cell.alignment = Font(name="Calibri", bold=True, color="FFFFFF"), WRAPPED
        cell.fill = OURS if heading in (ROW, SHEET_NAME, REASON) else HEAD
        sheet.column_dimensions[get_column_letter(place)].width = 60 if heading == REASON else max(20, len(heading) + 4)
        sheet.column_dimensions[get_column_letter(place)].number_format = "@"
    sheet.freeze_panes = f"B{HEADER + 1}"
    faults = Faults(feed)
    for row in rows:
        _append(sheet, feed, row, faults.of(row), language)
    _mark(book.create_sheet(MARK), origin)
    return as_bytes(book)


def has_sheets(feed: Feed) -> bool:
    """Tell whether a row's number says where it is only with the name of its sheet."""
    return feed.format.kind == "xlsx"


def _append(sheet: Worksheet, feed: Feed, row: BadRow, faults: Sequence[Fault], language: Language) -> None:
    number = sheet.max_row + 1
    address = [str(row.row_number), *([row.sheet] if has_sheets(feed) else [])]
    for place, text in enumerate(address, start=1):
        write_text(sheet.cell(number, place), text)
        sheet.cell(number, place).fill = KEPT
    for place, column in enumerate(feed.columns, start=len(address) + 1):
        cell = sheet.cell(number, place)
        write_text(cell, row.cells[column.name])
        wrong = [fault.sentence for fault in faults if column.name in fault.columns or not fault.columns]
        if wrong:
            cell.fill = WRONG
            cell.comment = Comment(joined(wrong, "\n").in_language(language), "Cakupan", 140, 320)
    reasons = [*(fault.sentence for fault in faults), *_unreadable(row)]
    last = sheet.cell(number, len(address) + len(feed.columns) + 1)
    write_text(last, joined(reasons, "\n").in_language(language))
    last.alignment = WRAPPED


def _unreadable(row: BadRow) -> list[Text]:
    """Show what stands in the file where no cells could be read."""
    if row.raw_record is None:
        return []
    raw = row.raw_record
    return [in_both(lambda language: f"{Text('Tertulis', 'It says').in_language(language)}: {raw}")]


def _mark(sheet: Worksheet, origin: Origin) -> None:
    sheet.sheet_state = "hidden"
    for number, (name, value) in enumerate(
        (("feed", origin.feed), ("business_date", origin.business_date.isoformat()), ("sha256", origin.sha256)), 1
    ):
        write_text(sheet.cell(number, 1), name)
        write_text(sheet.cell(number, 2), value)


def origin_of(path: Path) -> Origin | None:
    """Return of which delivery a file holds the bad rows; None for any file that is no fix workbook."""
    try:
        with zipfile.ZipFile(path) as parts:  # a glance, before a large workbook is opened in vain
            if MARK.encode() not in parts.open("xl/workbook.xml").read(LIST_BYTES):
                return None
        book = CalamineWorkbook.from_path(path)
        said = {str(row[0]): str(row[1]) for row in book.get_sheet_by_name(MARK).iter_rows() if len(row) > 1}
        return Origin(said["feed"], date.fromisoformat(said["business_date"]), said["sha256"])
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None
