"""Finds the table in a sheet: its header, also of several rows, its data, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from cakupan.landing.layout import HEADER_ROWS, combined, numbers_columns
from cakupan.onboarding.sample import Sheet

TOTALS = ("GRAND TOTAL", "SUB TOTAL", "SUBTOTAL", "SUB JUMLAH", "TOTAL", "JUMLAH", "JML", "RATA-RATA", "RERATA")
ENDINGS = (
    "MENGETAHUI", "MENYETUJUI", "DIKETAHUI", "DISETUJUI", "KETERANGAN", "KET", "CATATAN", "SUMBER", "DICETAK",
    "TANGGAL CETAK", "TGL CETAK", "KEPALA", "PEMBUAT", "PETUGAS", "OPERATOR", "NB", "NOTE", "A.N", "AN.", "A/N",
    "PLT", "DATA PER", "DIBUAT", "LAPORAN", "DOKUMEN", "*", "TERBILANG", "HALAMAN", "KOORDINATOR", "CAMAT", "LURAH",
    "TTD", "YANG", "DITETAPKAN",
)  # fmt: skip
GROUPS = (
    "KECAMATAN", "KELURAHAN", "DESA", "DINAS", "BIDANG", "BAGIAN", "KELOMPOK", "SKPD", "OPD", "UNIT", "PROGRAM",
    "SEKTOR", "WILAYAH", "PASAR", "SEKOLAH", "BULAN", "TAHUN", "KATEGORI", "GOLONGAN",
)  # fmt: skip
_PLACE_AND_DATE = re.compile(r"^([A-Z][A-Za-z ]{2,20},) *(\d|\.|_|Jan|Feb|Mar|Apr|Mei|Jun|Jul|Agu|Sep|Okt|Nov|Des|$)")
_YEAR = re.compile(r"^(19|20)\d\d$")


@dataclass
class Table:
    """One sheet's table."""

    sheet: str
    header_row: int
    """The number of the last row of the header."""
    header_rows: int
    names: list[str]
    rows: list[tuple[int, list[Any]]]
    """Data, each with the number of its row and as many cells as there are names."""
    numbering: bool = False
    footer: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def find_table(sheet: Sheet) -> Table | None:
    """Return the table of a sheet; None where there is none."""
    rows = [(number, row) for number, row in sheet.rows if _filled(row)]
    counts = [len(_filled(row)) for _, row in rows if len(_filled(row)) > 1]
    if len(rows) < 2 or not counts:
        return None
    usual = median(sorted(counts)[len(counts) // 4 :])
    start = _first_data(rows, usual)
    if start is None:
        return None
    above = [index for index in range(start) if len(_filled(rows[index][1])) > 0]
    while len(above) > 1 and len(_filled(rows[above[-1]][1])) == 1 and usual > 2:
        start = above.pop()  # heads the first group of rows
    numbering = bool(above) and numbers_columns(_texts(rows[above[-1]][1]))
    if numbering:
        above.pop()
    if not above:
        return None
    width = max(len(row) for _, row in rows)
    body = [row for _, row in rows[start:]]
    used = {i for i in range(width) if sum(i < len(row) and row[i] is not None for row in body) > len(body) * 0.1}
    size, names = _header([_texts(rows[index][1], width) for index in above], used)
    table = Table(sheet.name, rows[above[-1]][0], size, names, [], numbering)
    _take_data(table, rows[start:], usual, width)
    if size == 1 and any(len(row) > len(names) for _, row in table.rows):
        table.doubts.append(f"rows of {_place(sheet)} have more cells than the header")
    table.rows = [(number, (row + [None] * width)[: len(names)]) for number, row in table.rows]
    blanks = [number for number, row in sheet.rows if row and not _filled(row) and number > table.header_row]
    if blanks and not table.footer:
        table.footer = ["JUMLAH", "TOTAL"] if not table.end else []
    return table


def _place(sheet: Sheet) -> str:
    return f"sheet {sheet.name!r}" if sheet.name else "the file"


def _header(above: list[list[str]], used: set[int]) -> tuple[int, list[str]]:
    """Tell how many of the last rows above the data name the columns in use, and the names."""
    best: tuple[int, int, list[str]] = (-1, 1, [])
    for size in range(1, min(3, len(above)) + 1):
        taken = above[-size:]
        if size > 1 and len([cell for cell in taken[0] if cell]) < 2:
            break  # a title
        names = combined(taken)
        named = len([i for i in used if names[i]])
        if named > best[0]:
            best = (named, size, names)
    return best[1], best[2]


def _first_data(rows: Sequence[tuple[int, list[Any]]], usual: float) -> int | None:
    """Return the first row that looks like data and has a row of words above it."""
    labelled = False
    for index, (_, row) in enumerate(rows[: HEADER_ROWS + 5]):
        filled = _filled(row)
        if numbers_columns(_texts(row)):
            continue
        looks = sum(_is_value(cell) for cell in filled)
        if labelled and looks and len(filled) >= max(2, 0.5 * usual):
            return index
        labelled = labelled or (len(filled) >= max(2, 0.4 * usual) and not looks)
    # A table of words alone: the first full row names the columns.
    full = [index for index, (_, row) in enumerate(rows) if len(_filled(row)) >= max(2, 0.6 * usual)]
    return full[0] + 1 if len(full) > 1 else None


def _is_value(cell: Any) -> bool:
    """Tell whether a cell is more likely data than a heading."""
    if isinstance(cell, bool | date | dict | list):
        return True
    if isinstance(cell, int | float):
        return not 1990 <= cell <= 2060
    text = str(cell).strip()
    digits = sum(character.isdigit() for character in text)
    return digits * 2 >= len(text) and not _YEAR.match(text)


def _take_data(table: Table, rows: Sequence[tuple[int, list[Any]]], usual: float, width: int) -> None:
    """Fill in the data, and the words with which other rows begin."""
    kinds = [_kind(row, usual, width) for _, row in rows]
    last = max((i for i, kind in enumerate(kinds) if kind == "data"), default=-1)
    strange = 0
    for index, ((number, row), kind) in enumerate(zip(rows, kinds, strict=True)):
        first = str(_filled(row)[0]).strip()
        if kind == "data" or (kind == "short" and index < last and not _one_word(first, GROUPS)):
            if kind == "data" or len(_filled(row)) > 1:
                table.rows.append((number, row))
            else:
                strange += 1
        elif kind == "total":
            _add(table.footer, _one_word(first, TOTALS) or "")
        elif index < last:
            _add(table.footer, _one_word(first, GROUPS) or "")
            _add_doubt(table, "rows that head a group are left out; what they say (a kecamatan, an office) is lost")
        else:
            place = _PLACE_AND_DATE.match(first)
            word = _one_word(first, ENDINGS) or (place[1] if place else None)
            if word and not table.end:
                table.end.append(word)
            elif not table.end:
                table.doubts.append(f"row {number} below the table is no data: add the word it begins with to `end`")
    begins = [str(_filled(row)[0]).strip().casefold() for _, row in table.rows]
    for word in [word for word in table.footer if any(begin.startswith(word.casefold()) for begin in begins)]:
        table.footer.remove(word)  # it would take data along
        table.doubts.append(f"rows that begin with {word} are no data, but data begins so too: how to tell them apart?")
    if strange:
        table.doubts.append(f"{strange} rows have a single cell; if they are no data, add their first word to `footer`")


def _kind(row: Sequence[Any], usual: float, width: int) -> str:
    filled = _filled(row)
    first = str(filled[0]).strip()
    if isinstance(filled[0], str) and _one_word(first, TOTALS) and len(filled) < usual:
        return "total"
    return "data" if len(filled) >= max(2, 0.5 * usual) or width <= 2 else "short"


def _one_word(text: str, words: Sequence[str]) -> str | None:
    """Return the word the text begins with, as the text spells it."""
    folded = text.upper()
    for word in words:
        if folded.startswith(word) and not folded[len(word) : len(word) + 1].isalpha():
            return text[: len(word)]
    return None


def _add(words: list[str], word: str) -> None:
    if word and word.casefold() not in {known.casefold() for known in words}:
        words.append(word)


def _add_doubt(table: Table, doubt: str) -> None:
    if doubt not in table.doubts:
        table.doubts.append(doubt)


def _filled(row: Sequence[Any]) -> list[Any]:
    return [cell for cell in row if cell is not None and str(cell).strip()]


def _texts(row: Sequence[Any], width: int = 0) -> list[str]:
    cells = [_label(cell) for cell in row]
    return cells + [""] * (width - len(cells))


def _label(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
