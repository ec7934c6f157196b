"""The ledger's folder: what is kept of the record outside the database, so that the database alone proves nothing.

checkpoints/<size>     signed checkpoints
leaves                 the hash of each entry, 32 bytes each, up to the newest checkpoint
entries                the entries themselves, one line each
runs/<run_id>          marks of the rows that a run published
validations/<id>       marks of the rows that a validation set aside
books/<time>           marks of what came into the ledger's books up to then, in microseconds
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cakupan import settings
from cakupan.audit.draft import Draft
from cakupan.audit.marks import Marks, MarksWriter, read_marks
from cakupan.ledger.merkle import HASH_SIZE


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
        """Return where the marks of a publication (`kind` runs), validation (`validations`) or seal (`books`) are."""
        return self.root / kind / str(number)

    def new_marks(self, kind: str, number: int) -> MarksWriter:
        """Begin the marks of a publication or a validation; they are kept when that is said."""
        return MarksWriter(self.marks_path(kind, number))

    def marks(self, kind: str, number: int) -> dict[str, Marks]:
        """Return the marks that were kept, by part; nothing where there are none that can be read."""
        return read_marks(self.marks_path(kind, number))

    def _read(self, name: str) -> bytes:
        path = self.root / name
        return path.read_bytes() if path.exists() else b""

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        """Replace a file whole; it is on disk when this returns. Raises OSError."""
        with Draft(path) as draft:
            draft.file.write(data)
            draft.put_in_place()


def ledger_root() -> Path:
    """Return the ledger's folder: CAKUPAN_LEDGER, best on another machine's disk, or in the state folder."""
    return Path(os.environ.get("CAKUPAN_LEDGER") or settings.home() / "ledger")


def _size(path: Path) -> int:
    return int(path.name) if path.name.isascii() and path.name.isdigit() else -1
