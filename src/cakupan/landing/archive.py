"""The archive: every delivery byte for byte, named by its SHA-256, written once and never changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cakupan import settings
from cakupan.files import is_plain
from cakupan.ledger.deliveries import Archived

if TYPE_CHECKING:
    from cakupan.landing.archive_store import StoredArchive

CHUNK_BYTES = 1 << 20
ARRIVING = ".arriving-"
ABANDONED_SECONDS = 3600.0


class Archive:
    """A folder of files called `<aa>/<sha256>`, where `aa` are the first two digits."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Tell where the bytes lie. Raises ValueError for what is no SHA-256."""
        return self.root / name_of(sha256)

    def where(self, sha256: str) -> str:
        """Tell where the bytes lie, for a person."""
        return str(self.path(sha256))

    @contextlib.contextmanager
    def file(self, sha256: str) -> Iterator[Path]:
        """Give the bytes as a file while inside, which is there unless somebody removed it."""
        yield self.path(sha256)

    def holds(self, sha256: str) -> bool:
        """Tell whether there are bytes of that name."""
        return self.path(sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Remove bytes whose retention ended."""
        self.path(sha256).unlink(missing_ok=True)

    def is_empty(self) -> bool:
        """Tell whether nothing is kept."""
        return not any(path.is_file() for path in self.root.rglob("*"))

    def store(self, stream: BinaryIO) -> Archived:
        """Keep the bytes of the stream; keeping the same bytes again changes nothing.

        The bytes are on disk when this returns. Raises OSError, and then nothing of the stream is kept.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(prefix=ARRIVING, dir=self.root)
        try:
            with os.fdopen(descriptor, "wb") as copy:
                fcntl.flock(copy, fcntl.LOCK_SH)  # let go by a kill
                while chunk := stream.read(CHUNK_BYTES):
                    digest.update(chunk)
                    copy.write(chunk)
                    size += len(chunk)
                copy.flush()
                os.fchmod(copy.fileno(), 0o400)
                os.fsync(copy.fileno())
            archived = Archived(digest.hexdigest(), size)
            target = self.path(archived.sha256)
            if not is_plain(target):
                target.parent.mkdir(exist_ok=True)
                Path(name).rename(target)
                _sync(target.parent)
                _sync(self.root)
        finally:
            Path(name).unlink(missing_ok=True)
        return archived

    def clear_abandoned(self) -> None:
        """Remove what a killed `store` left: what nobody holds and nobody has written to for an hour."""
        for path in self.root.glob(ARRIVING + "*"):
            with contextlib.suppress(OSError), path.open("rb") as left:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()


def name_of(sha256: str) -> str:
    """Return what the bytes are called in an archive. Raises ValueError for what is no SHA-256."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256}"


def open_archive() -> Archive | StoredArchive:
    """Open this installation's archive, in a folder or in an object store. Raises BadSetting."""
    if (address := settings.archive_store()) is None:
        return Archive(settings.archive_root())
    from cakupan.landing.archive_store import StoredArchive, bucket_at

    return StoredArchive(bucket_at(address))


def _sync(folder: Path) -> None:
    """Make a rename in the folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
