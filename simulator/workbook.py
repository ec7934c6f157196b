"""XLSX deliveries, with the same bytes every time."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.cell_range import CellRange

from simulator.dates import short_date, spelled_amount
from simulator.headers import Header
from simulator.rows import Cell

STAMP = "2025-01-01T00:00:00Z"
ZIP_DAY = (1980, 1, 1, 0, 0, 0)

TITLES: dict[str, tuple[tuple[str, ...], bool]] = {
    # feed: title rows, whether a merged band stands above the header
    "bpjstk.target": (("TARGET KEPESERTAAN", ""), False),
    "bpjstk.semesta": (("SEMESTA PESERTA", ""), False),
    "sipd.anggaran": (
        ("PEMERINTAH KOTA BATU", "RINCIAN DOKUMEN PELAKSANAAN ANGGARAN", "TAHUN ANGGARAN {year}", ""),
        False,
    ),
    "disnaker.penerima_dbhcht": (
        ("DAFTAR PENERIMA IURAN JAMINAN SOSIAL KETENAGAKERJAAN", "SUMBER DANA DBHCHT", ""),
        False,
    ),
    "perkim.tenaga_lapangan": (("DATA TENAGA LAPANGAN", ""), False),
    "dispar.pekerja_seni": (("DATABASE PEKERJA SENI", ""), True),
    "distan.permohonan_bantuan": (("REKAP PERMOHONAN BANTUAN", ""), False),
    "perekonomian.rencana_kerja": (("RENCANA KERJA PENINGKATAN UC JAMSOSTEK", ""), False),
}


class Book:
    """One workbook in the making, written row by row."""

    def __init__(self, feed: str, night: date) -> None:
        self.feed, self.night = feed, night
        self.book = Workbook(write_only=True)

    def sheet(self, title: str, header: Header, rows: Iterable[list[Cell]], footer: Iterable[list[Cell]] = ()) -> None:
        """Write one sheet: title rows, perhaps a merged band, the header, the data, what stands below it."""
        sheet: Any = self.book.create_sheet(title)
        titles, band = TITLES[self.feed]
        for text in titles:
            sheet.append([text.format(year=self.night.year)] if text else [])
        if band:
            sheet.append(["IDENTITAS"])
            line = len(titles) + 1
            sheet.merged_cells.ranges.add(CellRange(min_row=line, max_row=line, min_col=1, max_col=len(header.names)))
        sheet.append(header.names)
        for cells in rows:
            sheet.append([self._dated(sheet, cell) if isinstance(cell, datetime) else cell for cell in cells])
        for cells in footer:
            sheet.append(cells)

    @staticmethod
    def _dated(sheet: Any, day: datetime) -> Any:
        """Make a real date cell."""
        cell = WriteOnlyCell(sheet, value=day)
        cell.number_format = "yyyy-mm-dd"
        return cell

    def content(self) -> bytes:
        """Return the file; clocks are taken out, so the same rows give the same bytes."""
        raw, fixed = io.BytesIO(), io.BytesIO()
        self.book.save(raw)
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                if name == "docProps/core.xml":
                    data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", STAMP.encode(), data)
                entry = zipfile.ZipInfo(name, ZIP_DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                target.writestr(entry, data)
        return fixed.getvalue()


def budget_footer(header: Header, amounts: Iterable[int], amount_at: int, night: date) -> Iterator[list[Cell]]:
    """Yield what stands below the budget: the total, a blank line and the print date."""
    total: list[Cell] = [None] * len(header.names)
    place = header.order.index(amount_at)
    total[place] = spelled_amount(sum(amounts))
    total[1 if place == 0 else 0] = "JUMLAH"
    yield total
    yield []
    yield [f"Dicetak pada {short_date(night)}"]
