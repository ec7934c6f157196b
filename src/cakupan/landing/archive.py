"""The archive: every delivery byte for byte, named by its SHA-256, written once and never changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from psycopg import Connection

from cakupan.feeds import Feed
from cakupan.ledger.entries import record_delivery

CHUNK_BYTES = 1 << 20
ARRIVING = ".arriving-"
ABANDONED_SECONDS = 3600.0


@dataclass(frozen=True)
class Archived:
    """What the archive keeps: the name of the bytes and how many they are."""

    sha256: str
    size_bytes: int


class Archive:
    """A folder of files called `<aa>/<sha256>`, where `aa` are the first two digits."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the bytes lie. Raises ValueError for what is no SHA-256."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self.root / sha256[:2] / sha256

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
                os.fchmod(copy.fileno(), 0o444)
                os.fsync(copy.fileno())
            archived = Archived(digest.hexdigest(), size)
            target = self.path(archived.sha256)
            if not target.exists():
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


def register(
    connection: Connection[Any], feed: Feed, business_date: date, original_name: str, archived: Archived
) -> tuple[int, bool]:
    """Enter an archived delivery in the ledger; returns its delivery_id and whether it is new. The caller commits.

    What the agency has for the date is new when its bytes differ from the newest delivery's: bytes that come back
    after others were sent replace those, the same bytes under whatever name replace nothing.
    """
    of_the_date = (feed.agency, feed.feed, business_date)
    connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.delivery'), hashtext(%s))", (feed.name,))
    newest = connection.execute(
        "select delivery_id, sha256 from ledger.delivery where agency = %s and feed = %s and business_date = %s"
        " order by delivery_id desc limit 1",
        of_the_date,
    ).fetchone()
    if newest and newest[1] == archived.sha256:
        return newest[0], False
    (delivery_id,) = connection.execute(
        "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " values (%s, %s, %s, %s, %s, %s) returning delivery_id",
        (*of_the_date, archived.sha256, _storable(original_name), archived.size_bytes),
    ).fetchone() or (0,)
    record_delivery(connection, delivery_id)
    return delivery_id, True


def seen(connection: Connection[Any], feed: Feed) -> dict[tuple[date, str], str]:
    """The fingerprints of the feed's files when they were last read, by business date and name."""
    rows = connection.execute(
        "select business_date, original_name, fingerprint from ledger.seen where agency = %s and feed = %s",
        (feed.agency, feed.feed),
    )
    return {(day, name): fingerprint for day, name, fingerprint in rows}


def note_seen(connection: Connection[Any], feed: Feed, business_date: date, name: str, fingerprint: str) -> None:
    """Keep what a file looked like when it was read. The caller commits, together with the delivery's entry."""
    connection.execute(
        "insert into ledger.seen (agency, feed, business_date, original_name, fingerprint) values (%s, %s, %s, %s, %s)"
        " on conflict (agency, feed, business_date, original_name)"
        " do update set fingerprint = excluded.fingerprint, seen_at = excluded.seen_at",
        (feed.agency, feed.feed, business_date, name, _storable(fingerprint)),
    )


def _storable(name: str) -> str:
    """The name as PostgreSQL can keep it: what is no text, and NUL, spelled out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _sync(folder: Path) -> None:
    """Make a rename in the folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
