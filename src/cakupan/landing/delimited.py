"""Records of a delimited file, one broken record never taking others with it.

RFC 4180 with one latitude: a quote inside an unquoted cell is part of the cell.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from cakupan.feeds import CsvFormat
from cakupan.invisible import is_filled
from cakupan.landing.content import Block, Line, blocks, lines, lines_of
from cakupan.landing.records import Record, broken
from cakupan.landing.refusals import wrong_encoding
from cakupan.landing.sniffing import BOM, encoding_found

JOINED_LINES = 100
"""Physical lines that one quoted cell may span."""
JOINED_BYTES = 1 << 20
LINE_ENDS = b"\r\n"
NOTHING = b" \t\r\n\x1a"
"""What may stand on a line that is empty; DOS ended texts with the last of these."""
_first_byte = itemgetter(slice(1))
_OPEN_CELL = re.compile(r'"(?:[^"]++|"")*+\Z')


class BadQuote(StrEnum):
    """Why the quotes of a text make no record; worded as the defect of the record."""

    OPEN = "quote not closed"
    MISPLACED = "quote closed inside a cell"


class CsvHeader(NamedTuple):
    """The first record that is not blank."""

    cells: list[str]
    row_number: int
    size: int
    """Bytes of the file up to and with the header."""


def first_records(format_: CsvFormat, parts: Iterable[bytes]) -> Iterator[CsvHeader]:
    """Yield the records from the beginning of the file on, blank ones aside: one of them is the header.

    Raises Refused ENCODING for one that is not in the declared encoding.
    """
    source = lines(blocks(parts))
    for row_number, line in enumerate(source, 1):
        data = line.data
        if row_number == 1:
            # In UTF-16 there are NULs, which refuse below; a mark of UTF-8 tells what no byte of cp1252 could.
            if data.startswith(BOM) and encoding_of(format_) != "utf-8":
                raise wrong_encoding(encoding_of(format_), encoding_found(data))
            data = data.removeprefix(BOM)
        if not data.strip():
            continue
        if b"\0" in data:
            raise wrong_encoding(encoding_of(format_), encoding_found(data))
        size = line.offset + len(line.data)
        cells = split(_decode_header(format_, data), format_.delimiter)
        while cells is BadQuote.OPEN and size < JOINED_BYTES and (more := next(source, None)):
            data += more.data
            size += len(more.data)
            cells = split(_decode_header(format_, data), format_.delimiter)
        if isinstance(cells, BadQuote):
            cells = _decode_header(format_, data).split(format_.delimiter)
        yield CsvHeader(cells, row_number, size)


def _decode_header(format_: CsvFormat, data: bytes) -> str:
    try:
        return data.decode(encoding_of(format_)).rstrip("\r\n")
    except UnicodeDecodeError:
        raise wrong_encoding(encoding_of(format_), encoding_found(data)) from None


def encoding_of(format_: CsvFormat) -> str:
    """Return the encoding of the text behind a byte order mark; UTF-16 is read as UTF-8."""
    return "utf-8" if format_.encoding.startswith("utf") else format_.encoding


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    sign = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|((?!")[^{sign}]*+))({sign}|\Z)')


def split(text: str, delimiter: str) -> list[str] | BadQuote:
    """Return the cells of one record without its line end."""
    if '"' not in text:
        return text.split(delimiter)
    cell, cells, position = _cell(delimiter), list[str](), 0
    while found := cell.match(text, position):
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        position = found.end()
        if not end:
            return cells
    return BadQuote.OPEN if _OPEN_CELL.match(text, position) else BadQuote.MISPLACED


class Rows(NamedTuple):
    """Lines, without their ends, that are records of the right width, the first with this row number.

    No cell stands in quotes any more; a NUL stands for a delimiter inside a cell.
    """

    row_number: int
    lines: list[bytes]


def records(format_: CsvFormat, width: int, header: CsvHeader, parts: Iterable[bytes]) -> Iterator[Rows | Record]:
    """Yield the records behind the header, with `width` cells each; `parts` begin where the header ends.

    A line of another width, an undecodable byte, NUL, or a quote that is not closed make a record with a defect; the
    next physical line is read afresh. A line without a filled cell is no record but counts as a row, as in a
    spreadsheet. Of a last line that is short and has no end the record says so.
    """
    return _Reader(format_, width, blocks(parts, header.size)).records(header.row_number)


def cells_of(format_: CsvFormat, rows: Rows) -> Iterator[Record]:
    """Yield the same rows as records."""
    for row_number, line in enumerate(rows.lines, rows.row_number):
        cells = line.decode(encoding_of(format_)).split(format_.delimiter)
        yield Record(row_number, [cell.replace("\0", format_.delimiter) or None for cell in cells])


class _Reader:
    """Reads blocks of lines: sound ones as they are, the others record by record."""

    def __init__(self, format_: CsvFormat, width: int, source: Iterator[Block]) -> None:
        self.encoding = encoding_of(format_)
        self.delimiter = format_.delimiter
        self.sign = format_.delimiter.encode()
        self.width = width
        # A line that begins otherwise has a filled cell: hardly any needs a closer look.
        self.plain = {bytes([byte]) for byte in range(0x21, 0x7F)} - {b"'", b'"', self.sign}
        self._quoted = _simply_quoted(self.sign)
        self._source = source
        self._ahead: deque[Line] = deque()

    def records(self, row_number: int) -> Iterator[Rows | Record]:
        """Yield everything after the row with this number."""
        for block in self._source:
            found = None if block.too_long else self._sound(block.data)
            if found is not None:
                yield from self._filled(row_number + 1, found)
                row_number += len(found)
                continue
            self._ahead.extend(lines_of(block))
            sound: list[bytes] = []
            while self._ahead:
                line = self._ahead.popleft()
                row_number += 1
                if not line.too_long and (found := self._sound(line.data.rstrip(LINE_ENDS))):
                    sound += found
                    continue
                yield from self._filled(row_number - len(sound), sound)
                sound = []
                if line.data.strip(NOTHING) and (record := self._record(row_number, line)):
                    yield record
            yield from self._filled(row_number + 1 - len(sound), sound)

    def _filled(self, row_number: int, found: list[bytes]) -> Iterator[Rows]:
        """Yield the lines, the first with this row number, without those that have no filled cell."""
        if self.plain.issuperset(map(_first_byte, found)):
            yield from [Rows(row_number, found)] if found else []
            return
        begin = 0
        for index in [index for index, line in enumerate(found) if line[:1] not in self.plain]:
            if self._is_blank(found[index].decode(self.encoding).split(self.delimiter)):
                if index > begin:
                    yield Rows(row_number + begin, found[begin:index])
                begin = index + 1
        if begin < len(found):
            yield Rows(row_number + begin, found[begin:] if begin else found)

    @staticmethod
    def _is_blank(cells: Iterable[str]) -> bool:
        return not any(map(is_filled, cells))

    def _sound(self, data: bytes) -> list[bytes] | None:
        """Return the lines of a text as in Rows, if each is a record; None where one needs a closer look."""
        if b"\0" in data:
            return None
        if b'"' in data:
            data = self._quoted.sub(self._without_quotes, data)
            if b'"' in data:
                return None
        found = data.splitlines()
        if set(map(bytes.count, found, repeat(self.sign))) != {self.width - 1}:
            return None
        try:
            data.decode(self.encoding)
        except UnicodeDecodeError:
            return None
        return found

    def _without_quotes(self, cell: re.Match[bytes]) -> bytes:
        return cell[1].replace(self.sign, b"\0")

    def _record(self, row_number: int, line: Line) -> Record | None:
        """Return the record that begins with this line; None when it has no filled cell."""
        data = line.data.rstrip(LINE_ENDS)
        is_last = data == line.data
        if line.too_long:
            return broken(
                row_number,
                f"line longer than {len(data)} bytes",
                data.decode(self.encoding, "backslashreplace"),
            )
        try:
            text = data.decode(self.encoding)
        except UnicodeDecodeError as error:
            where = f"byte {line.offset + error.start + 1} is not {self.encoding}"
            record = broken(row_number, where, data.decode(self.encoding, "backslashreplace"))
            record.is_cut = is_last and error.end == len(data) and error.reason == "unexpected end of data"
            return record
        cells = split(text, self.delimiter)
        if cells is BadQuote.OPEN:
            cells = self._joined(line.data) or cells
        if not isinstance(cells, BadQuote) and self._is_blank(cells):
            return None
        if defect := self._defect(cells, text):
            record = broken(row_number, defect, text)
            record.is_cut = is_last and (cells is BadQuote.OPEN or len(cells) < self.width)
            return record
        return Record(row_number, [cell or None for cell in cells])

    def _defect(self, cells: list[str] | BadQuote, text: str) -> str | None:
        if "\0" in text:
            return "NUL byte"
        if isinstance(cells, BadQuote):
            return cells
        return f"{len(cells)} fields instead of {self.width}" if len(cells) != self.width else None

    def _joined(self, data: bytes) -> list[str] | None:
        """Return the cells of a record whose quoted cell goes on in the following lines, which are then taken.

        None, and no line is taken, when a line comes that is a record of its own before the quote is closed.
        """
        for index in range(JOINED_LINES):
            following = self._peek(index)
            if following is None or len(data) > JOINED_BYTES or self._stands_alone(following.data):
                return None
            data += following.data
            if b'"' not in following.data:
                continue
            try:
                cells = split(data.decode(self.encoding).rstrip("\r\n"), self.delimiter)
            except UnicodeDecodeError:
                return None
            if cells is BadQuote.OPEN:
                continue
            if isinstance(cells, BadQuote) or len(cells) != self.width or b"\0" in data:
                return None
            for _ in range(index + 1):
                self._ahead.popleft()
            return cells
        return None

    def _peek(self, index: int) -> Line | None:
        """Return the line `index` places behind the next one; None behind the end."""
        while len(self._ahead) <= index:
            block = next(self._source, None)
            if block is None:
                return None
            self._ahead.extend(lines_of(block))
        return self._ahead[index]

    def _stands_alone(self, data: bytes) -> bool:
        """Tell whether a physical line is a record of the right width with all quotes in their places."""
        text = data.decode(self.encoding, "replace").rstrip("\r\n")
        if '"' in _quoted_cell(self.delimiter).sub("", text):
            return False
        cells = split(text, self.delimiter)
        return not isinstance(cells, BadQuote) and len(cells) == self.width


@cache
def _quoted_cell(delimiter: str) -> re.Pattern[str]:
    inside = "[^" + re.escape(delimiter) + "]"
    return re.compile(rf'(?<!{inside})"(?:[^"]++|"")*+"(?!{inside})')


@cache
def _simply_quoted(sign: bytes) -> re.Pattern[bytes]:
    """Match a cell of one line that is quoted and holds no quote."""
    between = re.escape(sign) + rb"\r\n"
    return re.compile(rb'(?:\A|(?<=[%b]))"([^"\r\n]*+)"(?=[%b]|\Z)' % (between, between))
