"""The archive in an S3-compatible object store: objects named by their SHA-256, added and read, never written again."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import urlsplit

from cakupan import settings
from cakupan.landing.archive import CHUNK_BYTES, name_of
from cakupan.ledger.deliveries import Archived
from cakupan.sources import BrokenContract, Changed, NotConnected, Unreachable
from cakupan.sources.object_store import AMAZON, Bucket, StoreAccount
from cakupan.sources.retries import RetryPolicy
from cakupan.wire import stays_here

R = TypeVar("R")
DRAFT = "cakupan-archive-"
UPLOAD_TIME = timedelta(hours=1)
BEING_WRITTEN, THERE = 409, 412
"""What a store answers who would make an object: another is at it, or it is there."""


class StoredArchive:
    """Objects called `<prefix>/<aa>/<sha256>`; every worker sees the same ones. A file is a copy while it is read."""

    def __init__(self, bucket: Bucket, retries: RetryPolicy | None = None) -> None:
        self._bucket, self._retries = bucket, retries or RetryPolicy()

    def where(self, sha256: str) -> str:
        """Tell where the bytes lie, for a person."""
        return f"s3://{self._bucket.name}/{self._object(sha256)}"

    def store(self, stream: BinaryIO) -> Archived:
        """Keep the bytes of the stream; keeping the same bytes again changes nothing. Raises OSError."""
        digest, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        with tempfile.NamedTemporaryFile(prefix=DRAFT) as copy:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                md5.update(chunk)
                copy.write(chunk)
                size += len(chunk)
            copy.flush()
            archived = Archived(digest.hexdigest(), size)
            if not self.holds(archived.sha256):
                self._asked(lambda: self._put(archived, Path(copy.name), md5.digest()))
        return archived

    @contextmanager
    def file(self, sha256: str) -> Iterator[Path]:
        """Give the bytes as a file while inside. Raises FileNotFoundError and OSError."""
        with tempfile.TemporaryDirectory(prefix=DRAFT) as folder:
            copy = Path(folder, sha256)
            if not self._asked(lambda: self._get(sha256, copy)):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.where(sha256))
            yield copy

    def holds(self, sha256: str) -> bool:
        """Tell whether there are bytes of that name."""
        return self._asked(lambda: self._is_there(sha256))

    def remove(self, sha256: str) -> None:
        """Remove bytes whose retention ended. Raises OSError."""
        self._asked(lambda: self._remove(sha256))

    def is_empty(self) -> bool:
        """Tell whether nothing is kept."""
        return self._asked(self._has_none)

    def clear_abandoned(self) -> None:
        """Do nothing: an object appears whole or not at all."""

    def _object(self, sha256: str) -> str:
        return self._bucket.prefix + name_of(sha256)

    def _put(self, archived: Archived, copy: Path, md5: bytes) -> None:
        """Make the object unless it is there; the store compares what it gets with its MD5."""
        headers = {"Content-Length": str(archived.size_bytes), "If-None-Match": "*"}
        headers["Content-MD5"] = base64.b64encode(md5).decode()
        with self._bucket.session(), copy.open("rb") as body:
            # The client's own way reads all of an object into memory.
            name = self._object(archived.sha256)
            address = self._bucket.client.get_presigned_url("PUT", self._bucket.name, name, expires=UPLOAD_TIME)
            answer = self._bucket.pool.urlopen("PUT", address, body=body, headers=headers)
        refusal = f"{self._bucket.account.name}: the object store does not take a file (HTTP {answer.status})"
        if answer.status == BEING_WRITTEN or answer.status >= 500:
            raise Unreachable(refusal)
        if answer.status not in (200, THERE):
            raise BrokenContract(refusal)

    def _get(self, sha256: str, copy: Path) -> bool:
        """Copy the object's bytes; returns whether there is one."""
        try:
            answer = self._bucket.get(self._object(sha256))
        except Changed:
            return False
        with copy.open("wb") as file, self._bucket.session(), answer:
            for chunk in answer.stream(CHUNK_BYTES):
                file.write(chunk)
        return True

    def _is_there(self, sha256: str) -> bool:
        try:
            with self._bucket.session():
                self._bucket.client.stat_object(bucket_name=self._bucket.name, object_name=self._object(sha256))
        except Changed:
            return False
        return True

    def _remove(self, sha256: str) -> None:
        with self._bucket.session():
            self._bucket.client.remove_object(bucket_name=self._bucket.name, object_name=self._object(sha256))

    def _has_none(self) -> bool:
        with self._bucket.session():
            found = self._bucket.client.list_objects(bucket_name=self._bucket.name, prefix=self._bucket.prefix)
            return next(iter(found), None) is None

    def _asked(self, ask: Callable[[], R]) -> R:
        """Ask the store, again where that may help. Raises OSError."""
        try:
            return self._retries.call(ask)
        except NotConnected as error:
            raise OSError(errno.EREMOTEIO, str(error)) from None


def bucket_at(address: str) -> Bucket:
    """Return the bucket of this installation's archive. Raises BadSetting."""
    endpoint = os.environ.get("CAKUPAN_ARCHIVE_ENDPOINT", "").strip() or None
    key, secret = settings.given("archive_key"), settings.given("archive_secret")
    if not key or not secret:
        raise settings.BadSetting(
            f"The archive is in {address}, and CAKUPAN_ARCHIVE_KEY and CAKUPAN_ARCHIVE_SECRET, or the files that"
            " CAKUPAN_ARCHIVE_KEY_FILE and CAKUPAN_ARCHIVE_SECRET_FILE name, do not say with which keys it is reached"
        )
    there = urlsplit(endpoint or AMAZON)
    if there.scheme == "http" and not stays_here(there.hostname or ""):
        raise settings.BadSetting(
            f"CAKUPAN_ARCHIVE_ENDPOINT is {endpoint}: deliveries would go over http, where others can read them. Begin"
            " the address with https"
        )
    region = os.environ.get("CAKUPAN_ARCHIVE_REGION", "").strip() or None
    try:
        return Bucket(StoreAccount("the archive", address, key, secret, endpoint, region))
    except BrokenContract:
        raise settings.BadSetting(
            "CAKUPAN_ARCHIVE must be an address like s3://bucket/prefix, and CAKUPAN_ARCHIVE_ENDPOINT, where it is not"
            " Amazon's, one like https://store.example.go.id"
        ) from None
