"""Deliveries in an S3-compatible object store, whose objects appear whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from cakupan.feeds import Feed
from cakupan.sources import Away, BrokenContract, Changed, LoginRefused, NotConnected, PartialDelivery, Unreachable
from cakupan.sources.file_drop import Entry, FileDrop, State
from cakupan.sources.ignored import Kind
from cakupan.sources.retries import RetryPolicy
from cakupan.sources.tls import tls_trouble

AMAZON = "https://s3.amazonaws.com"
CONNECT_SECONDS = 10.0
SILENT_SECONDS = 30.0


@dataclass(frozen=True)
class StoreAccount:
    """Which part of which bucket, and the keys that may list and read it."""

    name: str
    """What messages call it."""
    path: str
    """`s3://<bucket>/<prefix>`."""
    key: str
    secret: str = field(repr=False)
    endpoint: str | None = None
    """Where the store answers when it is not Amazon's."""
    region: str | None = None


class Bucket:
    """A part of a bucket, and the client that asks for it."""

    def __init__(self, account: StoreAccount) -> None:
        """Take the account; raises BrokenContract for one that cannot be used."""
        self.account = account
        self.name, prefix = _bucket_and_prefix(account)
        self.prefix = f"{prefix}/" if prefix else ""
        self.endpoint = urlsplit(account.endpoint or AMAZON)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=SILENT_SECONDS)
        # How often is asked again is said in one place, and that is not the pool.
        self.pool = urllib3.PoolManager(timeout=timeout, retries=False, cert_reqs="CERT_REQUIRED")
        there = self.endpoint
        try:
            if there.scheme not in {"http", "https"} or not there.hostname or there.username or there.query:
                raise ValueError
            self.client = Minio(
                endpoint=there.netloc + there.path.rstrip("/"), secure=there.scheme == "https",
                access_key=account.key, secret_key=account.secret, region=account.region or "us-east-1",
                http_client=self.pool,
            )  # fmt: skip
        except ValueError:
            raise BrokenContract(f"{account.name}: endpoint_url in its extra is no address of a store") from None

    def get(self, name: str, version: str | None = None) -> urllib3.BaseHTTPResponse:
        """Ask for an object, in no other version than the one that is named."""
        with self.session():
            return self.client.get_object(
                bucket_name=self.name, object_name=name,
                request_headers={"If-Match": f'"{version}"'} if version else None,
            )  # fmt: skip

    @contextmanager
    def session(self) -> Iterator[None]:
        """Tell only the kind of what the client raises, which may quote the address, the key and the answer."""
        try:
            yield
        except (MinioException, HTTPError, ParseError, ValueError) as error:
            raise self._as_not_connected(error) from None

    def _as_not_connected(self, error: Exception) -> NotConnected:
        name, status, code = self.account.name, 0, type(error).__name__
        match error:
            case S3Error():
                status, code = error.response.status, error.code or ""
            case InvalidResponseError():
                status = error._code
            case ServerError():
                status = error.status_code
        if status in {401, 403}:
            return LoginRefused(f"{name}: the object store refused key {self.account.key!r}, or its use here ({code})")
        if status == 412 or code == "NoSuchKey":
            return Changed(f"{name}: a file was changed while it was read")
        if mistrust := tls_trouble(error):
            return BrokenContract(f"{name}: {mistrust}")
        if isinstance(error, NewConnectionError | ConnectTimeoutError):
            return Away(f"{name}: the object store cannot be read ({code})")
        if status >= 500 or status in {408, 429} or isinstance(error, HTTPError):
            return Unreachable(f"{name}: the object store cannot be read ({status or code})")
        return BrokenContract(f"{name}: the object store does not give the files ({code}): bucket, path, endpoint_url?")


class ObjectStore(FileDrop):
    """A tree of deliveries below a prefix of a bucket."""

    kind = "object store"

    def __init__(self, account: StoreAccount, retries: RetryPolicy | None = None) -> None:
        """Take the account; raises BrokenContract for one that cannot be used."""
        self.bucket = Bucket(account)
        self._retries = retries or RetryPolicy()
        where = f"{self.bucket.endpoint.geturl()} s3://{self.bucket.name}/{self.bucket.prefix.rstrip('/')}"
        super().__init__(where, retry=self._retries.call)
        self.account = account

    def _entries(self, feed: Feed) -> dict[str, Entry]:
        return self._retries.call(partial(self._list, self._folder(feed)))

    def _around(self, agency: str) -> dict[str, Kind]:
        entries = self._retries.call(partial(self._list, self.bucket.prefix + (f"{agency}/" if agency else "")))
        return {name: entry.kind for name, entry in entries.items()}

    def _list(self, folder: str) -> dict[str, Entry]:
        """Return what lies directly below a prefix, which the object that stands for the folder itself does not."""
        with self.bucket.session():
            listed = list(self.bucket.client.list_objects(bucket_name=self.bucket.name, prefix=folder))
        found = {}
        for entry in listed:
            name = (entry.object_name or "").removeprefix(folder)
            if entry.is_dir:
                found[name.rstrip("/")] = Entry(Kind.FOLDER)
            else:
                found[name] = Entry(Kind.FILE, State(entry.size or 0, entry.etag or ""))
        return found

    def _folder(self, feed: Feed) -> str:
        return f"{self.bucket.prefix}{feed.agency}/{feed.feed}/"

    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_Stream(self.bucket, self._folder(feed) + name, state), 1 << 20))


class _Stream(io.RawIOBase):
    """An object's bytes; raises rather than end before its end, and never mixes two versions."""

    def __init__(self, bucket: Bucket, path: str, expected: State) -> None:
        super().__init__()
        self._bucket, self._expected, self._count = bucket, expected, 0
        self._answer: urllib3.BaseHTTPResponse | None = None
        self._answer = bucket.get(path, expected.version)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        assert self._answer is not None  # noqa: S101 opened in __init__
        with self._bucket.session():
            data = self._answer.read(len(buffer))
        self._count += len(data)
        if not data and self._count != self._expected.size:
            name, size = self._bucket.account.name, self._expected.size
            raise PartialDelivery(f"{name}: a file ended after {self._count} of {size} bytes")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()
        super().close()


def _bucket_and_prefix(account: StoreAccount) -> tuple[str, str]:
    parts = urlsplit(account.path)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise BrokenContract(f"{account.name}: path in its extra is no address like 's3://bucket/prefix'")
    return parts.netloc, parts.path.strip("/")
