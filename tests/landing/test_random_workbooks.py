"""Workbooks of random cells, as openpyxl writes them, land as what was written into them."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cakupan.landing.workbook import parts

HEADER = ["No", "NIK", "Nama Lengkap", "Bidang Seni", "Kode Wilayah", "Catatan"]
DECLARED = ["no", "nik", "nama_lengkap", "bidang_seni", "kode_wilayah"]
RICH = CellRichText("Sek", TextBlock(InlineFont(b=True), "ar"), " Arum")
KINDS: list[tuple[Any, str | None, str]] = [
    ("Wahyu", "Wahyu", ""),
    (" 35.79 & <b> ", "35.79 & <b>", ""),
    ("3579010704753420", "3579010704753420", ""),
    ("a\nb", "a\nb", ""),
    (RICH, "Sekar Arum", ""),
    ("=1+1", None, "formula"),
    (None, None, ""),
    ("", None, ""),
    (7, "7", "number"),
    (3579010704753420, "3579010704753420", "number"),
    (0.1, "0.1", "number"),
    (-2.5, "-2.5", "number"),
    (True, "TRUE", "typed"),
    (date(2025, 2, 5), "05/02/2025", "typed"),
    (datetime(2025, 2, 5, 7, 30), "05/02/2025", "typed"),
    (time(8, 30), "08:30:00", "typed"),
    (timedelta(hours=30), "1 day, 6:00:00", "typed"),
    ("#N/A", "#N/A", "error"),
    ("#DIV/0!", "#DIV/0!", "error"),
]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_written_is_what_lands(feed, tmp_path, seed):
    dice = random.Random(seed)  # noqa: S311
    book = openpyxl.Workbook()
    if seed % 2:
        book.epoch = CALENDAR_MAC_1904
    down, right = dice.randrange(4), dice.randrange(3)
    sheet = book.active
    written = {}
    for position, name in enumerate(HEADER):
        sheet.cell(down + 1, right + position + 1, name)
    for number in range(down + 2, down + 60):
        cells = [dice.choice(KINDS) for _ in HEADER]
        for position, (value, _, _) in enumerate(cells):
            sheet.cell(number, right + position + 1, value)
        written[number] = cells
    sheet.cell(1000, 40).number_format = "0%"
    book.save(tmp_path / "f")

    declared = feed("dispar.pekerja_seni")
    (part,) = parts(declared, declared.format, tmp_path / "f")
    records = {record.row_number: record for record in part.records}
    for number, cells in written.items():
        formulas = [position for position, (_, _, kind) in enumerate(cells) if kind == "formula" and 0 < position < 5]
        record = records.get(number)
        if not formulas and not any(text for _, text, _ in cells):
            assert record is None
            continue
        texts = [text and text.strip() for _, text, _ in cells]
        assert [value and value.strip() for value in record.values[: len(HEADER)]] == texts
        for kind, named in (
            ("number", record.number_cells),
            ("typed", record.typed_cells),
            ("error", record.error_cells),
        ):
            due = [DECLARED[at] for at, cell in enumerate(cells[:5]) if cell[2] == kind]
            assert (named or []) == due
        letters = ["ABCDEFGHIJ"[right + position] for position in formulas]
        due = f"formula without result in {', '.join(f'{letter}{number}' for letter in letters)}" if letters else None
        assert record.defect == due
