"""A slow look at every cell of a sheet: what the reader would take for something else is found and named.

The reader shows such cells as empty, or gives up on the whole workbook; the sheet is written anew without them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO
from xml.sax.saxutils import escape

from cakupan.landing.refusals import cell_twice
from cakupan.landing.sheet_scan import Reach, column_letters, column_number

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][-+]?[0-9]{1,2})?")
_INDEX = re.compile(r"[0-9]{1,9}")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUTHS = {"0": "0", "1": "1", "false": "0", "true": "1"}
_HOLE = "#N/A"
"""Stands for a cell that is told of beside the sheet: the reader lays it out and shows nothing."""
LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14
PIECES = 10_000


@dataclass
class Findings:
    """Cells of one sheet, by (row from 1, column from 0), that a reader of values shows as empty or cut."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Error cells with their text, such as #N/A."""
    without_result: set[tuple[int, int]] = field(default_factory=set)
    """Formulas that were saved without their result."""
    unreadable: set[tuple[int, int]] = field(default_factory=set)
    """Cells that hold something else than their type says."""
    uncut: dict[tuple[int, int], str] = field(default_factory=dict)
    """Texts that the reader shows without the blanks at their ends, where those are kept."""


class SheetSearch:
    """Handlers for one pass of expat over the elements of a sheet, which is written to `to` as the reader needs it."""

    def __init__(self, sheet: str, strings: int, to: IO[bytes]) -> None:
        self.findings = Findings()
        self._sheet = sheet
        self._strings = strings
        self._to = to
        self._pieces = ['<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>']
        self._reach = Reach(sheet)
        self._seen: dict[int, int] = {}
        self._row, self._column = 0, -1
        self._row_is_filled = False
        self._doubtful: list[tuple[int, int]] = []
        self._inside: list[str] = []
        self._cell: _Cell | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of rows, cells, formulas and values."""
        local = name.rpartition(":")[2]
        self._inside.append(local)
        if self._cell:
            self._cell.begin(self._inside)
        elif local == "row" and "sheetData" in self._inside:
            self._row, self._column = int(attributes.get("r", self._row + 1)), -1
            self._row_is_filled, self._doubtful = False, []
        elif local == "c" and "row" in self._inside:
            self._place(attributes.get("r"))
            self._cell = _Cell(attributes.get("t", "n"), attributes.get("s", ""))

    def characters(self, text: str) -> None:
        """Collect the text of a value."""
        if self._cell:
            self._cell.take(text, self._inside)

    def end(self, name: str) -> None:
        """Judge a cell at its end."""
        local = name.rpartition(":")[2]
        self._inside.pop()
        if local == "c" and self._cell and "c" not in self._inside:
            self._judge(self._cell)
            self._cell = None
        elif local == "row":
            if self._row_is_filled:
                self.findings.unreadable.update(self._doubtful)
            self._flush()

    def finish(self) -> None:
        """Write what is left. What was written stands for the sheet."""
        self._pieces.append("</sheetData></worksheet>")
        self._flush(0)

    def _place(self, reference: str | None) -> None:
        self._column += 1
        if reference:
            match = _PLACE.fullmatch(reference.upper())
            if not match:
                raise ValueError("no cell reference")
            self._row, self._column = int(match[2]), column_number(match[1].encode())
        if not (0 < self._row <= LAST_ROW and self._column < LAST_COLUMN):
            raise ValueError("a cell outside the sheet")

    def _judge(self, cell: _Cell) -> None:
        place = self._row, self._column
        if cell.is_empty:
            if cell.formula and cell.kind != "str":
                self.findings.without_result.add(place)
                self._write(cell, "e", _HOLE)
            elif cell.kind == "s":
                self._doubtful.append(place)
            return
        self._row_is_filled = True
        if cell.kind == "e" and cell.value:
            self.findings.errors[place] = cell.value
            self._write(cell, "e", _HOLE)
        elif sound := cell.sound(self._strings):
            self._write(cell, *sound)
        else:
            self.findings.unreadable.add(place)
            self._write(cell, "e", _HOLE)

    def _write(self, cell: _Cell, kind: str, value: str) -> None:
        letters = column_letters(self._column)
        if self._seen.get(self._row, 0) >> self._column & 1:
            raise cell_twice(self._sheet, f"{letters}{self._row}")
        self._seen[self._row] = self._seen.get(self._row, 0) | 1 << self._column
        self._reach.take({letters.encode()}, self._row)
        style = f' s="{cell.style}"' if cell.style.isdecimal() else ""
        text = escape(value, {"\r": "&#13;"})
        self._pieces.append(f'<c r="{letters}{self._row}"{style} t="{kind}"><v>{text}</v></c>')

    def _flush(self, keep: int = PIECES) -> None:
        if len(self._pieces) > keep:
            self._to.write(_in_rows(self._pieces))
            self._pieces = []


class _Cell:
    """One cell as it is stored."""

    def __init__(self, kind: str, style: str) -> None:
        self.kind = kind
        self.style = style
        self.formula = False
        self.values = 0
        self.value = ""
        self.inline = ""

    @property
    def is_empty(self) -> bool:
        return not (self.value.strip() or self.inline or (self.value and self.kind == "str"))

    def begin(self, inside: list[str]) -> None:
        self.formula = self.formula or inside[-2:] == ["c", "f"]
        self.values += inside[-2:] == ["c", "v"]

    def take(self, text: str, inside: list[str]) -> None:
        if inside[-2:] == ["c", "v"]:
            self.value += text
        elif inside[-1] == "t" and "is" in inside and "rPh" not in inside:
            self.inline += text

    def sound(self, strings: int) -> tuple[str, str] | None:
        """Spell type and value so that the reader takes them as they are meant; None where it would not."""
        kind, value = self.kind, self.value.strip()
        if kind in ("inlineStr", "str") and bool(self.value) != bool(self.inline):
            is_in_place = bool(self.inline) if kind == "inlineStr" else self.values == 1
            return ("str", self.inline or self.value) if is_in_place else None
        if self.inline or self.values != 1:
            return None
        read = {
            "n": value if _NUMBER.fullmatch(value) else None,
            "s": value if _INDEX.fullmatch(value) and int(value) < strings else None,
            "b": _TRUTHS.get(value),
            "d": _moment(value),
        }.get(kind)
        return (kind, read) if read else None


def _moment(value: str) -> str | None:
    for kind in (date, datetime, time):
        try:
            found = kind.fromisoformat(value)
        except ValueError:
            continue
        if isinstance(found, datetime):
            return found.strftime("%Y-%m-%dT%H:%M:%S")
        return found.isoformat() if isinstance(found, date) else found.strftime("%H:%M:%S")
    return None


_ROW_OF = re.compile(r'^<c r="[A-Z]+([0-9]+)"')


def _in_rows(pieces: list[str]) -> bytes:
    """Return the cells with an element around those of one row."""
    written: list[str] = []
    row = None
    for piece in pieces:
        match = _ROW_OF.match(piece)
        if row and (not match or match[1] != row):
            written.append("</row>")
            row = None
        if match and match[1] != row:
            row = match[1]
            written.append(f'<row r="{row}">')
        written.append(piece)
    return "".join([*written, *(["</row>"] if row else [])]).encode()
