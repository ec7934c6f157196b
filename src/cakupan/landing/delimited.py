"""Records of a delimited file, one broken record never taking others with it.

RFC 4180 with one latitude: a quote inside an unquoted cell is part of the cell.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from cakupan.feeds import CsvFormat
from cakupan.landing.content import Line, lines
from cakupan.landing.records import Record, broken
from cakupan.landing.refusals import no_header, wrong_encoding

JOINED_LINES = 100
"""Physical lines that one quoted cell may span."""
JOINED_BYTES = 1 << 20
OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
BOM = b"\xef\xbb\xbf"
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


def read_header(format_: CsvFormat, parts: Iterable[bytes]) -> CsvHeader:
    """Read the header from the beginning of the file.

    Raises Refused: ENCODING when it is not in the declared encoding, HEADER_NOT_FOUND when there is no line at all.
    """
    source = lines(parts)
    for row_number, line in enumerate(source, 1):
        data = line.data
        if row_number == 1:
            _check_marks(format_, data)
            data = data.removeprefix(BOM)
        if not data.strip():
            continue
        if b"\0" in data:
            raise wrong_encoding(_encoding(format_))
        size = line.offset + len(line.data)
        cells = split(_decode_header(format_, data), format_.delimiter)
        while cells is BadQuote.OPEN and size < JOINED_BYTES and (more := next(source, None)):
            data += more.data
            size += len(more.data)
            cells = split(_decode_header(format_, data), format_.delimiter)
        if isinstance(cells, BadQuote):
            cells = _decode_header(format_, data).split(format_.delimiter)
        return CsvHeader(cells, row_number, size)
    raise no_header()


def _check_marks(format_: CsvFormat, first: bytes) -> None:
    declared = _encoding(format_)
    if first.startswith(OTHER_ENCODINGS) or (first.startswith(BOM) and declared != "utf-8"):
        raise wrong_encoding(declared)


def _decode_header(format_: CsvFormat, data: bytes) -> str:
    try:
        return data.decode(_encoding(format_)).rstrip("\r\n")
    except UnicodeDecodeError:
        raise wrong_encoding(_encoding(format_)) from None


def _encoding(format_: CsvFormat) -> str:
    """The encoding of the text behind a byte order mark."""
    return "utf-8" if format_.encoding == "utf-8-sig" else format_.encoding


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    sign = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|((?!")[^{sign}]*+))({sign}|\Z)')


def split(text: str, delimiter: str) -> list[str] | BadQuote:
    """The cells of one record without its line end."""
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


@cache
def _quoted_cell(delimiter: bytes) -> re.Pattern[bytes]:
    ends = rb"[^" + re.escape(delimiter) + rb"\r\n]"
    return re.compile(rb"(?<!" + ends + rb')"(?:[^"\r\n]++|"")*+"(?!' + ends + rb")")


def quotes_are_plain(data: bytes, delimiter: str) -> bool:
    """Whether every quote in these whole lines belongs to a quoted cell that ends on its own line."""
    return b'"' not in data or b'"' not in _quoted_cell(delimiter.encode()).sub(b"", data)


def records(format_: CsvFormat, width: int, header: CsvHeader, parts: Iterable[bytes]) -> Iterator[Record]:
    """The records behind the header, with `width` cells each; `parts` begin where the header ends.

    A line of another width, an undecodable byte, NUL, or a quote that is not closed make a record with a defect; the
    next physical line is read afresh. Blank lines are no records but count as rows, as in a spreadsheet.
    """
    encoding, delimiter = _encoding(format_), format_.delimiter
    source = _Lines(lines(parts, header.size))
    row_number = header.row_number
    while line := source.take():
        row_number += 1
        data = line.data.rstrip(b"\r\n")
        if not data.strip():
            continue
        if line.too_long:
            yield broken(row_number, f"line longer than {len(data)} bytes", data.decode(encoding, "backslashreplace"))
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            where = f"byte {line.offset + error.start + 1} is not {encoding}"
            yield broken(row_number, where, data.decode(encoding, "backslashreplace"))
            continue
        cells = split(text, delimiter)
        if cells is BadQuote.OPEN:
            cells = _joined(source, line.data, encoding, delimiter, width) or cells
        if b"\0" in data:
            yield broken(row_number, "NUL byte", text)
        elif isinstance(cells, BadQuote):
            yield broken(row_number, cells, text)
        elif len(cells) != width:
            yield broken(row_number, f"{len(cells)} fields instead of {width}", text)
        else:
            yield Record(row_number, [cell or None for cell in cells])


class _Lines:
    """Physical lines with a look ahead."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._ahead: deque[Line] = deque()

    def take(self) -> Line | None:
        """The next line; None at the end."""
        return self._ahead.popleft() if self._ahead else next(self._source, None)

    def peek(self, index: int) -> Line | None:
        """The line `index` places behind the next one; None behind the end."""
        while len(self._ahead) <= index:
            line = next(self._source, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[index]


def _joined(source: _Lines, data: bytes, encoding: str, delimiter: str, width: int) -> list[str] | None:
    """The cells of a record whose quoted cell goes on in the following lines, which are then taken.

    None, and no line is taken, when a line comes that is a sound record of its own before the quote is closed.
    """
    for index in range(JOINED_LINES):
        following = source.peek(index)
        if following is None or len(data) > JOINED_BYTES or _is_sound(following.data, encoding, delimiter, width):
            return None
        data += following.data
        if b'"' not in following.data:
            continue
        try:
            cells = split(data.decode(encoding).rstrip("\r\n"), delimiter)
        except UnicodeDecodeError:
            return None
        if cells is BadQuote.OPEN:
            continue
        if isinstance(cells, BadQuote) or len(cells) != width or b"\0" in data:
            return None
        for _ in range(index + 1):
            source.take()
        return cells
    return None


def _is_sound(data: bytes, encoding: str, delimiter: str, width: int) -> bool:
    """Whether a physical line alone is a record of the right width with all quotes in their places."""
    if not quotes_are_plain(data, delimiter):
        return False
    cells = split(data.decode(encoding, "replace").rstrip("\r\n"), delimiter)
    return not isinstance(cells, BadQuote) and len(cells) == width
