"""A quick look over the bytes of a sheet: does every cell look as it usually does, and how far do they reach?

A million cells pass here, so that only regular expressions look at them; what they do not know is looked at slowly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cakupan.landing.refusals import far_cell

CELLS = 16 << 20
"""Area, rows by columns, up to the last filled cell of a sheet; the reader keeps all of it in memory."""
LONGEST_CELL = 1 << 20

_PLACE = rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]{1,9}")?'
_FORMULA = rb"(?:<f>[^<]*</f>)?"
_NUMBER = rb'(?: t="n")?>' + _FORMULA + rb"<v>-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[Ee][-+]?[0-9]{1,2})?</v></c>"
_SHARED = rb' t="s"><v>([0-9]{1,9})</v></c>'
_TRUTH = rb' t="b">' + _FORMULA + rb"<v>[01]</v></c>"
_RESULT = rb' t="str">' + _FORMULA + rb"<v>[^<]+</v></c>"
_TEXT = rb'(?:<t>(?![\s&])[^<]*(?<![\s;>])|<t xml:space="preserve">[^<]+)</t>'
_INLINE = rb' t="inlineStr"><is>' + _TEXT + rb"</is></c>"
_ERROR = rb' t="e">' + _FORMULA + rb"<v>(#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!))</v></c>"
"""Those that the reader knows; it gives up on a workbook with others."""
_NOTHING = rb' t="(str">' + _FORMULA + rb'<v></v>|inlineStr"><is><t(?: xml:space="preserve")?></t></is>)</c>'
_UNCUT = rb' t="inlineStr"><is><t>([^<]+)</t></is></c>'
_SHAPES = (_NUMBER, _SHARED, _TRUTH, _RESULT, _INLINE, _ERROR, _NOTHING, _UNCUT)
_FILLED = re.compile(_PLACE + b"(?:" + b"|".join(_SHAPES) + b")")
_EMPTY = re.compile(_PLACE + rb'(?: t="n")?(?:/>|></c>)')
_ANY = re.compile(rb"<(?:[^\s<>:/]+:)?c[\s/>]")
Cells = Sequence[bytes]
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8["'])""", re.IGNORECASE)


class SheetScan:
    """What the bytes of one sheet tell."""

    def __init__(self, sheet: str, strings: int) -> None:
        self.is_usual = True
        """Whether the reader may be believed: every cell is of a shape that it reads as it is meant."""
        self.errors: dict[tuple[int, int], str] = {}
        """Error cells with their text, by (row from 1, column from 0): the reader shows them as empty."""
        self.uncut: dict[tuple[int, int], str] = {}
        """Texts that may have a blank at an end, which the reader cuts off."""
        self.reach = Reach(sheet)
        self._strings = strings
        self._rest = b""
        self._row = 0
        self._last_row: set[bytes] = set()
        self._begun = False
        self._may_be_read_otherwise = False

    def take(self, piece: bytes) -> None:
        """Look at the next piece. Raises Refused when the reader would have to lay out too many cells."""
        if self.is_usual:
            data = self._rest + piece
            if not self._begun:
                self._begun = True
                self.is_usual = not _DECLARED.search(data[:200])
            # What begins with the last cell may go on.
            end = max(data.rfind(b"<c "), 0)
            self._rest = data[end:]
            self._look(data[:end])
            if len(self._rest) > LONGEST_CELL:
                self.is_usual = False

    def finish(self) -> None:
        """Look at what is left."""
        if self.is_usual:
            self._look(self._rest)
        self._rest = b""
        self.is_usual = self.is_usual and not (self.errors and self._may_be_read_otherwise)

    def _look(self, data: bytes) -> None:
        if b"\0" in data or b"<!" in data:
            self.is_usual = False
            return
        found = _FILLED.findall(data)
        if len(found) + len(_EMPTY.findall(data)) != len(_ANY.findall(data)):
            self.is_usual = False
            return
        if found:
            columns, rows, shared, errors, nothing, uncut = zip(*found, strict=True)
            numbers = [int(row) for row in rows]
            self._may_be_read_otherwise |= any(nothing)
            if any(errors) or any(uncut):
                self._note(columns, numbers, errors, uncut)
            self.reach.take({*columns}, numbers[-1])
            self.is_usual = self._in_order(columns, rows, numbers) and all(
                int(index) < self._strings for index in {*shared} if index
            )

    def _note(self, columns: Cells, numbers: Sequence[int], errors: Cells, uncut: Cells) -> None:
        for letters, number, error, text in zip(columns, numbers, errors, uncut, strict=True):
            if error:
                self.errors[number, column_number(letters)] = error.decode()
            elif text:
                self.uncut[number, column_number(letters)] = text.decode()
                self._may_be_read_otherwise |= b"&" in text or b"\r" in text

    def _in_order(self, columns: tuple[bytes, ...], rows: tuple[bytes, ...], numbers: list[int]) -> bool:
        """Tell whether rows follow each other and no cell comes twice."""
        if numbers[0] < self._row or numbers != sorted(numbers):
            return False
        # The first row of the piece may be the last one of the piece before.
        before = self._last_row if numbers[0] == self._row else set[bytes]()
        places = [column + row for column, row in zip(columns, rows, strict=True)]
        distinct = before.union(places)
        self._row = numbers[-1]
        self._last_row = {place for place in distinct if place.endswith(rows[-1]) and place.strip(_LETTERS) == rows[-1]}
        return len(distinct) == len(before) + len(places)


_LETTERS = bytes(range(65, 91))


class Reach:
    """How far the filled cells of a sheet reach."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.width = 0
        self.row = 0
        self._known: set[bytes] = set()

    def take(self, columns: set[bytes], row: int) -> None:
        """Take note of filled cells in these columns, down to this row. Raises Refused when they reach too far."""
        if new := columns - self._known:
            self._known |= new
            self.width = max(self.width, *(column_number(letters) + 1 for letters in new))
        self.row = max(self.row, row)
        if self.row * self.width > CELLS:
            raise far_cell(self.sheet, f"{column_letters(self.width - 1)}{self.row}")


def column_number(letters: bytes) -> int:
    """Return the column from 0 under these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def column_letters(column: int) -> str:
    """Return the letters over a column, A for 0."""
    text = ""
    column += 1
    while column:
        column, remainder = divmod(column - 1, 26)
        text = chr(65 + remainder) + text
    return text
