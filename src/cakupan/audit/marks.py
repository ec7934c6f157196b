"""Marks: what is kept of recorded rows outside the database, so that each one that is altered can be named.

A file of marks is gzip of text: for each part a line of JSON (its name, how many cells are kept, how many of them name
the row, how many rows), and then a line for each row: its mark, a tab, and its first cells as COPY writes them.
"""

from __future__ import annotations

import gzip
import json
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cakupan.audit.draft import Draft

MARK_BYTES = 8
"""Of a row's leaf: enough to tell which of some million rows was altered."""
KEPT_WHOLE = 2000
"""Rows of a published part up to which its marks keep the rows themselves, to say what an altered figure was."""
_HELD = 1 << 20
"""Bytes of a part that are held in memory until it is known how many rows it has."""
_GZIP = 16 + zlib.MAX_WBITS
"""What makes zlib write gzip."""


@dataclass(frozen=True)
class Marks:
    """The rows of one part when they were recorded: each one's mark and first `kept` cells, as COPY writes them."""

    path: Path
    part: str
    kept: int
    key: int
    """The first cells that name the row."""
    count: int
    _before: int
    """Lines of the file before the part's rows."""

    @classmethod
    def none(cls, part: str) -> Marks:
        """Return the marks of a part without rows."""
        return cls(Path(), part, 1, 0, 0, 0)

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Read each row's mark and kept cells."""
        if not self.count:
            return
        with gzip.open(self.path) as file:
            for _ in range(self._before):
                next(file)
            for _ in range(self.count):
                yield _row(next(file))


def read_marks(path: Path) -> dict[str, Marks]:
    """Return the marks of a file, by part; nothing where there is none that can be read to its end."""
    found = {}
    try:
        with gzip.open(path) as file:
            before = 0
            for line in file:
                head = json.loads(line)
                part = Marks(path, head["part"], head["kept"], head["key"], head["rows"], before + 1)
                for _ in range(part.count):
                    _row(next(file))
                before += 1 + part.count
                found[part.part] = part
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, StopIteration):
        return {}
    return found


class PartWriter:
    """Takes leaves and lines of one part as they are read, in memory that does not grow with them."""

    def __init__(self, spool: IO[bytes], kept: int | None, key: int) -> None:
        self._spool, self._kept, self._key = spool, kept, key
        self._whole: list[tuple[bytes, bytes]] = []
        self._rows = 0
        self._failure: OSError | None = None

    def __call__(self, leaves: Sequence[bytes], lines: Sequence[bytes]) -> None:
        """Take some rows; that they cannot be kept does not disturb who reads them."""
        try:
            self._take(leaves, lines)
        except OSError as error:
            self._failure = error

    def discard(self) -> None:
        """Keep nothing of the part."""
        self._rows = 0

    def write(self, name: str, put: Callable[[bytes], None]) -> None:
        """Write the part, unless it has no row; raises OSError."""
        if self._failure:
            raise self._failure
        if not self._rows:
            return
        if self._kept is None:
            self._kept = 1 + self._whole[0][1].count(b"\t")
            leaves, lines = zip(*sorted(self._whole), strict=True)
            self._spool.write(_text(leaves, lines, self._kept))
        head = {"part": name, "kept": self._kept, "key": self._key, "rows": self._rows}
        put(json.dumps(head).encode() + b"\n")
        self._spool.seek(0)
        while some := self._spool.read(_HELD):
            put(some)

    def _take(self, leaves: Sequence[bytes], lines: Sequence[bytes]) -> None:
        self._rows += len(leaves)
        if self._kept is None:
            self._whole += zip(leaves, lines, strict=True)
            if self._rows <= KEPT_WHOLE:
                return
            self._kept, leaves = 0, [leaf for leaf, _ in self._whole]
            self._whole.clear()
        self._spool.write(_text(leaves, lines, self._kept))


class MarksWriter:
    """The marks of a publication or a validation, written part by part; gone at the end of the block unless kept.

    Where they cannot be written, that is said when they are to be kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._failure: OSError | None = None
        # Marks hold no repeats to look for: as small as otherwise, in half the time.
        self._gzip = zlib.compressobj(1, zlib.DEFLATED, _GZIP, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
        try:
            self._draft = self._stack.enter_context(Draft(path))
        except OSError as error:
            self._failure = error

    @contextmanager
    def part(self, name: str, kept: int | None = None, key: int = 0) -> Iterator[PartWriter]:
        """Write the marks of a part; without `kept`, whole rows are kept where they are few."""
        with tempfile.SpooledTemporaryFile(_HELD) as spool:
            part = PartWriter(spool, kept, key)
            yield part
            if self._failure is None:
                try:
                    part.write(name, self._put)
                except OSError as error:
                    self._failure = error

    def keep(self) -> None:
        """Put the marks in their place, unless there are some; raises OSError when not all could be written."""
        if self._failure:
            raise self._failure
        self._draft.file.write(self._gzip.flush())
        if not self._path.exists():
            self._draft.put_in_place()

    def _put(self, data: bytes) -> None:
        self._draft.file.write(self._gzip.compress(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._stack.close()


def mark(leaf: bytes) -> bytes:
    """Return what is kept of a row's leaf."""
    return leaf[:MARK_BYTES]


def _text(leaves: Sequence[bytes], lines: Sequence[bytes], kept: int) -> bytes:
    marks = b"".join(map(mark, leaves)).hex("\n", MARK_BYTES)
    if not kept:
        return marks.replace("\n", "\t\n").encode() + b"\t\n"
    cells = [b"\t".join(line.split(b"\t", kept)[:kept]) for line in lines]
    return b"".join(b"%b\t%b\n" % each for each in zip(marks.encode().split(), cells, strict=True))


def _row(line: bytes) -> tuple[bytes, bytes]:
    text, cells = line.rstrip(b"\n").split(b"\t", 1)
    return bytes.fromhex(text.decode()), cells
