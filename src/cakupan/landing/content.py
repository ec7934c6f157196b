"""The text of a delimited file: decompressed in chunks, cut into physical lines, never whole in memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from cakupan.landing.refusals import GZIP_BROKEN, TOO_LARGE, unreadable

CHUNK_BYTES = 1 << 20
LINE_BYTES = 1 << 20
"""A physical line longer than this is no record of any feed."""
PLAUSIBLE_RATIO = 200
"""Text compresses to a tenth, repetitive text to a fiftieth; a bomb to a thousandth."""
FREE_BYTES = 64 << 20
"""Below this size no ratio is suspicious."""


class Line(NamedTuple):
    """A physical line with its line end; `offset` counts bytes of the decompressed file from 0."""

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


def lines(parts: Iterable[bytes], offset: int = 0) -> Iterator[Line]:
    """Physical lines, ended by LF, CRLF or CR; of one longer than LINE_BYTES only the beginning is kept."""
    rest, skipping = b"", False
    for part in parts:
        pieces = (rest + part).splitlines(keepends=True)
        # What has no line end yet may go on, and a CR may be the first half of a CRLF.
        rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
        for piece in pieces:
            if not skipping:
                yield Line(offset, piece[:LINE_BYTES], len(piece) > LINE_BYTES)
            skipping = False
            offset += len(piece)
        if len(rest) > LINE_BYTES:
            if not skipping:
                yield Line(offset, rest[:LINE_BYTES], too_long=True)
            skipping = True
            offset += len(rest) - 1
            rest = rest[-1:]
    if rest and not skipping:
        yield Line(offset, rest)
