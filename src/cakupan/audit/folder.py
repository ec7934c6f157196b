"""The ledger's folder: what is kept of the record outside the database, so that the database alone proves nothing.

checkpoints/<size>     signed checkpoints
leaves                 the hash of each entry, 32 bytes each, up to the newest checkpoint
entries                the entries themselves, one line each
runs/<run_id>          marks of the rows that a run published
validations/<id>       marks of the rows that a validation set aside
books/<time>           marks of what came into the ledger's books up to then, in microseconds
marked                 up to which entry all marks were there, and how many of each kind up to which number
"""

from __future__ import annotations

import fcntl
import io
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cakupan import settings
from cakupan.audit.draft import Draft
from cakupan.audit.marks import Marks, MarksWriter, read_marks
from cakupan.ledger.merkle import HASH_SIZE, leaf_hash

KINDS = ("runs", "validations", "books")
"""Of marks."""


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

    def holds(self, leaves: Sequence[bytes]) -> bool:
        """Tell whether the record that is kept is of these leaves and their entries, and of no more."""
        path = self.root / "entries"
        with path.open("rb") if path.exists() else io.BytesIO() as lines:
            kept = (leaf_hash(line[:-1]) if line.endswith(b"\n") else b"" for line in lines)
            is_kept = all(one == other for one, other in itertools.zip_longest(kept, leaves))
        return is_kept and self._read("leaves") == b"".join(leaves)

    def add_to_record(self, leaves: Iterable[bytes], bodies: Iterable[str]) -> None:
        """Keep more of the record; where that is cut short, it no longer holds what it held. Raises OSError."""
        self._add(self.root / "entries", "".join(f"{body}\n" for body in bodies).encode())
        self._add(self.root / "leaves", b"".join(leaves))

    def marks_path(self, kind: str, number: int) -> Path:
        """Return where the marks of a publication (`kind` runs), validation (`validations`) or seal (`books`) are."""
        return self.root / kind / str(number)

    def new_marks(self, kind: str, number: int) -> MarksWriter:
        """Begin the marks of a publication or a validation; they are kept when that is said."""
        return MarksWriter(self.marks_path(kind, number))

    def marks(self, kind: str, number: int) -> dict[str, Marks]:
        """Return the marks that were kept, by part; nothing where there are none that can be read."""
        return read_marks(self.marks_path(kind, number))

    def marks_of(self, kind: str) -> set[int]:
        """Return the numbers of the publications, validations or seals of which marks are kept."""
        names = (path.name for path in (self.root / kind).glob("[!.]*"))
        return {int(name) for name in names if name.isascii() and name.isdigit()}

    def marked(self) -> int:
        """Return how many entries had all their marks when that was noted; 0 where one was lost since."""
        try:
            noted = json.loads(self._read("marked") or b"{}")
            is_there = all(
                sum(each <= newest for each in self.marks_of(kind)) == count
                for kind, (newest, count) in noted["marks"].items()
            )
            return int(noted["entries"]) if is_there else 0
        except (ValueError, KeyError, TypeError, AttributeError):
            return 0

    def note_marked(self, entries: int) -> None:
        """Note that so many entries have all their marks."""
        marks = {kind: (max(kept, default=0), len(kept)) for kind in KINDS for kept in [self.marks_of(kind)]}
        self._write(self.root / "marked", json.dumps({"entries": entries, "marks": marks}).encode())

    def _read(self, name: str) -> bytes:
        path = self.root / name
        return path.read_bytes() if path.exists() else b""

    @staticmethod
    def _add(path: Path, data: bytes) -> None:
        """Append to a file; it is on disk when this returns. Raises OSError."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

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
