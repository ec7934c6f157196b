"""The text of a delimited file: decompressed in chunks, cut into physical lines, never whole in memory."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cakupan.landing.refusals import GZIP_BROKEN, TOO_LARGE, unreadable, wrong_encoding
from cakupan.landing.sniffing import encoding_found

CHUNK_BYTES = 1 << 20
HANDED_ON = 1 << 16
LINE_BYTES = 1 << 20
"""A physical line longer than this is no record of any feed."""
PACKED_BYTES = 1 << 15
GZIP_WINDOW = 31
PLAUSIBLE_RATIO = 100
"""Text compresses to a tenth, repetitive text to a fiftieth; a bomb to a thousandth."""
FREE_BYTES = 16 << 20
"""The ratio is that of so many bytes at a time: less may hold a few equal rows, more would let a good beginning hide
a bomb."""


_LINE_END = re.compile(rb"\r?\n|\r(?=.)", re.DOTALL)


class Block(NamedTuple):
    """Whole physical lines; `offset` counts bytes of the decompressed file from 0."""

    offset: int
    data: bytes
    too_long: bool = False
    """This is the beginning of a single line that is longer than LINE_BYTES."""


class Line(NamedTuple):
    """A physical line with its line end."""

    offset: int
    data: bytes
    too_long: bool = False


def chunks(path: Path, compression: str | None, largest: int = 4 << 30) -> Iterator[bytes]:
    """Yield the decompressed bytes, CHUNK_BYTES at a time or less; of gzip `largest` at most.

    Raises Refused UNREADABLE for gzip that is cut short, damaged or a bomb, OSError when the disk fails.
    """
    with path.open("rb") as file:
        if compression is None:
            yield from iter(lambda: file.read(CHUNK_BYTES), b"")
        else:
            yield from _inflated(file, largest)


def as_utf8(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Turn UTF-16 into UTF-8, which alone has line ends and delimiters of one byte. Raises Refused ENCODING."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    first = b""
    try:
        for part in parts:
            first = first or part
            if b"\0" not in first or first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
                raise wrong_encoding("utf-16", encoding_found(first))
            yield decoder.decode(part).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise wrong_encoding("utf-16", encoding_found(first)) from None


def refuse_utf8(parts: Iterable[bytes], declared: str) -> Iterator[bytes]:
    """Yield the same chunks. Raises Refused ENCODING behind the last when all that is not ASCII in them is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    may_be, has_signs = True, False
    for part in parts:
        if may_be and not (part.isascii() and not decoder.getstate()[0]):
            has_signs = True
            may_be = _decodes(decoder, part)
        yield part
    if has_signs and may_be and _decodes(decoder, b"", final=True):
        raise wrong_encoding(declared, "UTF-8")


def _decodes(decoder: codecs.IncrementalDecoder, part: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(part, final)
    except UnicodeDecodeError:
        return False
    return True


def _inflated(file: BinaryIO, largest: int) -> Iterator[bytes]:
    """Inflate gzip of one member or several. Each piece is passed on once the bounds have been checked with it."""
    inflater, size, rest = zlib.decompressobj(GZIP_WINDOW), 0, b""
    window_in = window_out = 0
    begun = False
    while packed := rest or file.read(PACKED_BYTES):
        if inflater.eof:
            packed = packed.lstrip(b"\0")  # padding
            if not packed:
                rest = b""
                continue
            inflater, begun = zlib.decompressobj(GZIP_WINDOW), False
        try:
            piece = inflater.decompress(packed, CHUNK_BYTES)
        except zlib.error:
            raise unreadable(GZIP_BROKEN) from None
        begun = True
        rest = inflater.unconsumed_tail or inflater.unused_data
        size += len(piece)
        window_in, window_out = window_in + len(packed) - len(rest), window_out + len(piece)
        if size > largest or (window_out > FREE_BYTES and window_out > PLAUSIBLE_RATIO * window_in):
            raise unreadable(TOO_LARGE)
        if window_out > FREE_BYTES:
            window_in = window_out = 0
        if piece:
            yield piece
    if not (begun and inflater.eof):
        raise unreadable(GZIP_BROKEN)


def skip_bytes(parts: Iterable[bytes], skip: int) -> Iterator[bytes]:
    """Yield the chunks without their first `skip` bytes."""
    for part in parts:
        if skip < len(part):
            yield part[skip:]
        skip = max(0, skip - len(part))


def read_ahead(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same chunks, each made while the one before is being used: inflating costs a third of a load."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = worker.submit(next, parts, None)
            yield part


def gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, HANDED_ON or more at a time: handing them on costs what reading ten lines does."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= HANDED_ON:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def blocks(parts: Iterable[bytes], offset: int = 0) -> Iterator[Block]:
    """Yield whole physical lines, ended by LF, CRLF or CR; of one longer than LINE_BYTES only the beginning."""
    rest, skipping = b"", False
    for part in parts:
        data = rest + part
        # What has no line end yet may go on, and a CR at the very end may be the first half of a CRLF.
        begin = 0
        if skipping and (found := _LINE_END.search(data)):
            begin, skipping = found.end(), False
        end = begin if skipping else max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
        if end > begin:
            yield Block(offset + begin, data[begin:end])
        rest = data[end:]
        offset += end
        if len(rest) > LINE_BYTES and not skipping:
            yield Block(offset, rest[:LINE_BYTES], too_long=True)
            skipping = True
        if skipping:
            offset += len(rest) - 1
            rest = rest[-1:]
    if rest and not skipping:
        yield Block(offset, rest)


def lines(source: Iterable[Block]) -> Iterator[Line]:
    """Yield the lines of the blocks, one by one."""
    for block in source:
        yield from lines_of(block)


def lines_of(block: Block) -> Iterator[Line]:
    """Yield the lines of one block."""
    offset = block.offset
    for data in block.data.splitlines(keepends=True):
        yield Line(offset, data, block.too_long)
        offset += len(data)
