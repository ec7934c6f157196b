"""The text of a delimited file: decompressed in chunks, cut into physical lines, never whole in memory."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from cakupan.landing.refusals import GZIP_BROKEN, TOO_LARGE, unreadable, wrong_encoding

CHUNK_BYTES = 1 << 20
LINE_BYTES = 1 << 20
"""A physical line longer than this is no record of any feed."""
PLAUSIBLE_RATIO = 200
"""Text compresses to a tenth, repetitive text to a fiftieth; a bomb to a thousandth."""
FREE_BYTES = 4 << 30
"""Below this size no ratio is suspicious: rows stream, so that only the disk is at stake."""


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


def chunks(path: Path, compression: str | None) -> Iterator[bytes]:
    """The decompressed bytes, about CHUNK_BYTES at a time.

    Raises Refused UNREADABLE for gzip that is cut short, damaged or a bomb, OSError when the disk fails.
    """
    with path.open("rb") as file:
        if compression is None:
            yield from iter(lambda: file.read(CHUNK_BYTES), b"")
        else:
            yield from _inflated(file, path.stat().st_size)


def as_utf8(parts: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-16 as UTF-8, which alone has line ends and delimiters of one byte. Raises Refused ENCODING."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        for part in parts:
            yield decoder.decode(part).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise wrong_encoding("utf-16") from None


def _inflated(file: BinaryIO, compressed_bytes: int) -> Iterator[bytes]:
    limit = max(FREE_BYTES, PLAUSIBLE_RATIO * compressed_bytes)
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
    size = 0
    while True:
        try:
            chunk = stream.read(CHUNK_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise unreadable(GZIP_BROKEN) from None
        if not chunk:
            break
        size += len(chunk)
        if size > limit:
            raise unreadable(TOO_LARGE)
        yield chunk
    if not compressed_bytes:
        raise unreadable(GZIP_BROKEN)


def after(parts: Iterable[bytes], skip: int) -> Iterator[bytes]:
    """The chunks without their first `skip` bytes."""
    for part in parts:
        if skip < len(part):
            yield part[skip:]
        skip = max(0, skip - len(part))


def ahead(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, each made while the one before is being used: inflating costs a third of a load."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = worker.submit(next, parts, None)
            yield part


def blocks(parts: Iterable[bytes], offset: int = 0) -> Iterator[Block]:
    """Whole physical lines, ended by LF, CRLF or CR; of one longer than LINE_BYTES only the beginning is kept."""
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
    """The lines of the blocks, one by one."""
    for block in source:
        yield from lines_of(block)


def lines_of(block: Block) -> Iterator[Line]:
    """The lines of one block."""
    offset = block.offset
    for data in block.data.splitlines(keepends=True):
        yield Line(offset, data, block.too_long)
        offset += len(data)
