"""A workbook that an office fills in: the header as declared, what may stand in a cell, an example, a guide.

The example stands above the header, where a reader looks for no data, so it never counts as a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cakupan.bilingual import Language, Text, joined
from cakupan.feeds import GUIDE_SHEET, LISTS_SHEET, Column, CsvFormat, Feed
from cakupan.onboarding.guide import ENCODINGS, ColumnGuide, Guide, guide, separator
from cakupan.spreadsheets import as_bytes, write_text

ROWS = 20_000
"""Rows below the header whose cells are checked while somebody types."""
LONGEST_HINT = 255  # of what a spreadsheet shows beside a cell
DAYS = (2, 73_050)
"""1 January 1900 to 31 December 2099, as a spreadsheet counts days."""
WHOLE = (0, 10**15 - 1)
Kind = Literal["whole", "decimal", "date", "textLength"]
DATE_FORMATS = {"iso": r"yyyy\-mm\-dd"}  # all other spellings put the day first
HEAD, NEEDED = PatternFill("solid", start_color="5B6675"), PatternFill("solid", start_color="1F3A4D")
EXAMPLE = PatternFill("solid", start_color="E9EDF1")
WRAPPED = Alignment(wrap_text=True, vertical="top")
NOT_READ = Text(
    "Contoh (baris abu-abu ini tidak ikut dibaca; mulailah mengisi di bawah nama kolom):",
    "Example (this grey row is not read; begin below the names of the columns):",
)
LEGEND = Text(
    "Kolom berlatar gelap wajib diisi. Jangan mengubah nama kolom. Aturan tiap kolom ada di lembar «{}».",
    "Columns on a dark ground must be filled in. Leave their names as they are. The sheet «{}» has their rules.",
).format(GUIDE_SHEET)


def template(feed: Feed, language: Language = "id") -> bytes:
    """Make the template of a feed; the same bytes for the same declaration and rules."""
    told = guide(feed)
    book = Workbook()
    sheet = book.active
    sheet.title = feed.feed[:31]
    book.properties.title, book.properties.creator = f"{feed.title} · {feed.owner}", "Cakupan"
    header = _header(sheet, told, language)
    lists = book.create_sheet(LISTS_SHEET)
    lists.sheet_state = "hidden"
    for number, (column, about) in enumerate(zip(feed.columns, told.columns, strict=True), start=1):
        _prepare(sheet, header, number, column, feed)
        if validation := _validation(feed, column, _listed(lists, number, about)):
            _explain(validation, about, language)
            letter = get_column_letter(number)
            validation.add(f"{letter}{header + 1}:{letter}{header + ROWS}")
            sheet.add_data_validation(validation)
    _guide_sheet(book.create_sheet(GUIDE_SHEET, index=1), told, language)
    return as_bytes(book)


def _header(sheet: Worksheet, told: Guide, language: Language) -> int:
    """Write what stands above the data; returns the row of the header."""
    feed = told.feed
    sheet["A1"] = f"{feed.title} · {feed.owner}"
    sheet["A1"].font = Font(name="Calibri", bold=True, size=14)
    sheet["A2"] = LEGEND.in_language(language)
    sheet["A3"] = NOT_READ.in_language(language)
    # Where a header takes several rows its words are joined: those above ours stay empty.
    header = 5 + (feed.format.header_rows if feed.format.kind != "json" else 1)
    for number, about in enumerate(told.columns, start=1):
        example = sheet.cell(4, number)
        write_text(example, about.good)
        example.fill, example.font = EXAMPLE, Font(name="Calibri", italic=True)
        cell = sheet.cell(header, number)
        write_text(cell, about.header)
        cell.font, cell.fill = Font(name="Calibri", bold=True, color="FFFFFF"), NEEDED if about.required else HEAD
        cell.alignment = WRAPPED
        says = joined([about.about, *about.rules], "\n").in_language(language)
        cell.comment = Comment(says, "Cakupan", 160, 320)
    sheet.freeze_panes = sheet.cell(header + 1, 1)
    return header


def _prepare(sheet: Worksheet, header: int, number: int, column: Column, feed: Feed) -> None:
    """Format the whole column as its values are written."""
    dimension = sheet.column_dimensions[get_column_letter(number)]
    dimension.width = max(14, len(column.header) + 4, 20 if column.type in ("nik", "text") else 0)
    dimension.number_format = _number_format(feed, column)


def _number_format(feed: Feed, column: Column) -> str:
    if column.type == "date":
        return DATE_FORMATS.get(feed.spelling_of(column), r"dd\/mm\/yyyy")
    # As text a CSV is saved with the digits alone, whatever the computer's own way of grouping them.
    return {"rupiah": "0", "count": "0", "year": "0", "decimal": "General"}.get(column.type, "@")


def _listed(lists: Worksheet, number: int, about: ColumnGuide) -> str:
    """Write the values of a list out of sight; returns where they are, or ''."""
    for row, value in enumerate(about.choices, start=1):
        write_text(lists.cell(row, number), value)
    letter = get_column_letter(number)
    return f"'{LISTS_SHEET}'!${letter}$1:${letter}${len(about.choices)}" if about.choices else ""


def _validation(feed: Feed, column: Column, listed: str) -> DataValidation | None:
    """Say what a spreadsheet checks while somebody types; None where any text will do."""
    if listed:
        return DataValidation(type="list", formula1=listed)
    iso = feed.spelling_of(column) == "iso"
    low, high = {
        "nik": (16, 16),
        "kpj": (11, 11),
        "month": (6, 6) if iso else (len("Mei 2025"), len("September 2025")),
        "date": DAYS,
        "year": (1900, 2099),
        "rupiah": WHOLE,
        "count": WHOLE,
        "decimal": (-WHOLE[1], WHOLE[1]),
    }.get(column.type, (None, None))
    if low is None:
        return None
    kinds: dict[str, Kind] = {
        "date": "date",
        "year": "whole",
        "rupiah": "whole",
        "count": "whole",
        "decimal": "decimal",
    }
    kind = kinds.get(column.type, "textLength")
    if low == high:
        return DataValidation(type=kind, operator="equal", formula1=str(low))
    return DataValidation(type=kind, operator="between", formula1=str(low), formula2=str(high))


def _explain(validation: DataValidation, about: ColumnGuide, language: Language) -> None:
    said = joined(about.rules, "; ").in_language(language)[:LONGEST_HINT]
    validation.errorStyle = "warning" if about.open_list else "stop"
    validation.allow_blank = not about.required
    validation.promptTitle = validation.errorTitle = about.header[:32]
    validation.prompt = validation.error = said
    validation.showInputMessage = validation.showErrorMessage = True


def _guide_sheet(sheet: Worksheet, told: Guide, language: Language) -> None:
    for letter, width in zip("ABCDEFG", (26, 44, 10, 60, 28, 24, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    numbers = count(1)
    for row in _guide_rows(told):
        number = next(numbers)
        head = bool(row) and isinstance(row[0], _Heading)
        for place, said in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            write_text(cell, said.in_language(language) if isinstance(said, Text) else said)
            _style(cell, is_heading=head)


def _style(cell: Cell, *, is_heading: bool) -> None:
    cell.alignment = WRAPPED
    if is_heading:
        cell.font = Font(name="Calibri", bold=True, color="1F3A4D")


class _Heading(Text):
    """What begins a part of the guide."""


def _guide_rows(told: Guide) -> Iterator[Sequence[Text | str]]:
    feed = told.feed
    yield [_Heading(feed.title, feed.title)]
    yield [feed.owner]
    yield []
    for question, answer in told.sending:
        yield [question, "", "", answer]
    yield [Text("Cara memakai templat ini", "How to use this template"), "", "", _saving(feed)]
    yield []
    yield [
        _Heading("Kolom", "Column"), Text("Arti", "Meaning"), Text("Wajib", "Required"), Text("Aturan", "Rules"),
        Text("Contoh benar", "Good example"), Text("Contoh salah", "Bad example"), Text("Karena", "Because"),
    ]  # fmt: skip
    for about in told.columns:
        required = Text("ya", "yes") if about.required else Text("tidak", "no")
        yield [about.header, about.about, required, joined(about.rules, "; "), about.good, about.bad, about.why]
    for title, said in (
        (_Heading("Aturan antarkolom", "Rules beyond a column"), told.on_rows),
        (_Heading("Seluruh kiriman ditolak bila", "The whole delivery is refused where"), told.refused),
        (
            _Heading("Kiriman ditahan dahulu, kecuali", "A delivery waits for a person unless"),
            told.held,
        ),
    ):
        yield []
        yield [title]
        for sentence in said:
            yield ["", "", "", sentence]


def _saving(feed: Feed) -> Text:
    """Say how the filled-in template becomes a delivery."""
    if feed.transport != "file":
        return Text(
            "Data ini tidak dikirim sebagai berkas. Templat ini untuk mengumpulkan dan memeriksa baris sebelum"
            " dimasukkan ke sistem Anda.",
            "These data are not sent as a file. The template is for collecting and checking rows before they go into"
            " your system.",
        )
    if isinstance(feed.format, CsvFormat):
        zipped = Text(" lalu dimampatkan dengan gzip,", " then compressed by gzip,") if feed.format.compression else ""
        return Text(
            "Isi lembar pertama, lalu simpan sebagai CSV (pemisah {}, huruf {}),{} dengan nama di atas. Berkas XLSX-nya"
            " sendiri tidak dibaca.",
            "Fill in the first sheet, then save it as CSV (separator {}, {}),{} under the name above. The XLSX file"
            " itself is not read.",
        ).format(separator(feed.format), ENCODINGS[feed.format.encoding], zipped)
    return Text(
        "Isi lembar pertama dan simpan sebagai XLSX dengan nama di atas. Lembar petunjuk boleh dibiarkan.",
        "Fill in the first sheet and save it as XLSX under the name above. This sheet may stay.",
    )
