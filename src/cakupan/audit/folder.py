"""The ledger's folder: what is kept of the record outside the database, so that the database alone proves nothing.

checkpoints/<size>     signed checkpoints
leaves                 the hash of each entry, 32 bytes each, up to the newest checkpoint
entries                the entries themselves, one line each
runs/<run_id>          marks of the rows that a run published
validations/<id>       marks of the rows that a validation set aside
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cakupan import settings
from cakupan.ledger.merkle import HASH_SIZE

MARK_BYTES = 8
"""Of a row's leaf: enough to tell which of some million rows was altered."""


@dataclass(frozen=True)
class Marks:
    """The rows of one part when they were recorded: each one's mark and first `kept` cells, as COPY writes them."""

    part: str
    kept: int
    key: int
    """The first cells that name the row."""
    rows: Sequence[tuple[str, bytes]]


class Folder:
    """The ledger's folder; it is made when something is written to it."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or ledger_root()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait to be the only one who writes to the folder."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def checkpoints(self) -> dict[Path, bytes]:
        """Read the signed checkpoints, smallest first; a file that is not called like a number comes first."""
        paths = (path for path in (self.root / "checkpoints").glob("[!.]*") if path.is_file())
        return {path: path.read_bytes() for path in sorted(paths, key=_size)}

    def write_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint, in place of one of the same size."""
        self._write(self.root / "checkpoints" / str(size), note.encode())

    def leaves(self) -> list[bytes]:
        """Read the leaves of the entries."""
        data = self._read("leaves")
        return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]

    def entries(self) -> list[str]:
        """Read the entries' bodies."""
        return self._read("entries").decode(errors="replace").split("\n")[:-1]

    def write_record(self, leaves: Iterable[bytes], bodies: Iterable[str]) -> None:
        """Keep the record."""
        self._write(self.root / "leaves", b"".join(leaves))
        self._write(self.root / "entries", "".join(f"{body}\n" for body in bodies).encode())

    def marks_path(self, kind: str, number: int) -> Path:
        """Return where the marks of a publication (`kind` runs) or a validation (`validations`) are."""
        return self.root / kind / str(number)

    def write_marks(self, kind: str, number: int, parts: Iterable[Marks]) -> None:
        """Keep marks."""
        text = bytearray()
        for each in parts:
            head = {"part": each.part, "kept": each.kept, "key": each.key, "rows": len(each.rows)}
            text += json.dumps(head).encode() + b"\n"
            text += b"".join(f"{mark}\t".encode() + kept + b"\n" for mark, kept in each.rows)
        self._write(self.marks_path(kind, number), gzip.compress(bytes(text), compresslevel=1, mtime=0))

    def marks(self, kind: str, number: int) -> dict[str, Marks]:
        """Read the marks that were kept, by part; nothing where there are none that can be read."""
        try:
            lines = iter(gzip.decompress(self.marks_path(kind, number).read_bytes()).split(b"\n"))
            found = {}
            while line := next(lines, b""):
                head = json.loads(line)
                rows = [next(lines).split(b"\t", 1) for _ in range(head["rows"])]
                marked = [(mark.decode(), kept) for mark, kept in rows]
                found[head["part"]] = Marks(head["part"], head["kept"], head["key"], marked)
        except (OSError, EOFError, ValueError, KeyError, TypeError, StopIteration):
            return {}
        return found

    def _read(self, name: str) -> bytes:
        path = self.root / name
        return path.read_bytes() if path.exists() else b""

    def _write(self, path: Path, data: bytes) -> None:
        """Replace a file whole; it is on disk when this returns. Raises OSError."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def mark(leaf: bytes) -> str:
    """Return what is kept of a row's leaf."""
    return leaf[:MARK_BYTES].hex()


def ledger_root() -> Path:
    """Return the ledger's folder: CAKUPAN_LEDGER, best on another machine's disk, or in the state folder."""
    return Path(os.environ.get("CAKUPAN_LEDGER") or settings.home() / "ledger")


def _size(path: Path) -> int:
    return int(path.name) if path.name.isascii() and path.name.isdigit() else -1
