"""The archive in an object store, against one on loopback that checks every signature and what is written twice."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from datetime import date

import pytest

from cakupan import night, settings
from cakupan.audit.verifying import verify
from cakupan.feeds import find_feed
from cakupan.landing.archive import Archive, open_archive
from cakupan.landing.archive_store import StoredArchive, bucket_at
from cakupan.settings import BadSetting
from cakupan.sources.folder import Folder
from cakupan.sources.object_store import Bucket, StoreAccount
from cakupan.sources.retries import RetryPolicy
from tests.sources.s3 import KEY, SECRET, Store, cut, status

WHOLE = os.urandom(3 << 20)
SHA256 = hashlib.sha256(WHOLE).hexdigest()
NAME = f"city/archive/{SHA256[:2]}/{SHA256}"


@pytest.fixture
def store():
    with Store() as server:
        yield server


@pytest.fixture
def archive(store):
    bucket = Bucket(StoreAccount("the archive", "s3://drop/city/archive/", KEY, SECRET, store.url))
    return StoredArchive(bucket, RetryPolicy(tries=3, sleep=lambda _: None))


def test_bytes_are_kept_under_their_hash_once(store, archive):
    assert archive.is_empty() and not archive.holds(SHA256)
    first, again = (archive.store(io.BytesIO(WHOLE)) for _ in range(2))
    assert (first.sha256, first.size_bytes) == (SHA256, len(WHOLE))
    assert again == first
    assert store.objects == {NAME: WHOLE}
    assert store.written == [(NAME, 200)]
    assert archive.where(SHA256) == f"s3://drop/{NAME}"
    assert archive.holds(SHA256) and not archive.is_empty()


def test_bytes_whose_retention_ended_are_removed(store, archive):
    archive.store(io.BytesIO(WHOLE))
    archive.remove(SHA256)
    assert store.objects == {}
    archive.remove(SHA256)  # a call that was killed is made again


def test_what_is_there_is_not_written_over(store, archive, monkeypatch):
    """Another worker kept the same bytes after it was asked whether they are there."""
    store.objects[NAME] = b"what the other one kept"
    monkeypatch.setattr(StoredArchive, "holds", lambda *_: False)
    assert archive.store(io.BytesIO(WHOLE)).sha256 == SHA256
    assert store.written == [(NAME, 412)]
    assert store.objects == {NAME: b"what the other one kept"}


def test_a_file_is_a_copy_of_that_name_while_it_is_read(store, archive):
    archive.store(io.BytesIO(WHOLE))
    with archive.file(SHA256) as path:
        assert path.name == SHA256
        assert path.read_bytes() == WHOLE
    assert not path.exists()


def test_what_is_missing_is_missing_as_it_is_in_a_folder(archive):
    with pytest.raises(FileNotFoundError), archive.file(SHA256):
        pass


@pytest.mark.parametrize("code", [503, 409])
def test_passing_trouble_is_passed_over(store, archive, code):
    store.troubles = [status(503), missing, status(code)]  # asked whether it is there, and told that it is not
    archive.store(io.BytesIO(b"abc"))
    assert list(store.objects.values()) == [b"abc"]
    store.troubles = [cut(b"abc", 1), status(503)]
    with archive.file(hashlib.sha256(b"abc").hexdigest()) as path:
        assert path.read_bytes() == b"abc"


def missing(handler):
    handler.send(404, b"")


def test_lasting_trouble_keeps_nothing_and_tells_neither_secret_nor_address(store, archive):
    wrong = StoredArchive(Bucket(StoreAccount("the archive", "s3://none/x", KEY, SECRET, store.url)), archive._retries)
    with pytest.raises(OSError, match="the archive: the object store does not take a file") as refused:
        wrong.store(io.BytesIO(b"abc"))
    assert refused.value.errno == errno.EREMOTEIO
    assert SECRET not in str(refused.value) and "X-Amz" not in str(refused.value)
    assert store.objects == {}


def test_a_stream_that_breaks_off_leaves_nothing(store, archive):
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("connection lost")
            return super().read(10)

    with pytest.raises(OSError, match="connection lost"):
        archive.store(Breaking(b"x" * 20))
    assert store.objects == {} and store.asked == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "a" * 63])
def test_only_a_hash_is_a_name(archive, name):
    with pytest.raises(ValueError, match="SHA-256"):
        archive.where(name)


@pytest.fixture
def in_the_store(store, tmp_path, monkeypatch):
    """The settings of an installation whose archive the store has, and of whose record nothing was signed yet."""
    monkeypatch.setenv("CAKUPAN_LEDGER", str(tmp_path / "ledger"))
    monkeypatch.setenv("CAKUPAN_ARCHIVE", "s3://drop/city/archive")
    monkeypatch.setenv("CAKUPAN_ARCHIVE_ENDPOINT", store.url)
    monkeypatch.setenv("CAKUPAN_ARCHIVE_KEY", KEY)
    monkeypatch.setenv("CAKUPAN_ARCHIVE_SECRET", SECRET)
    return monkeypatch


def test_the_settings_say_where_the_archive_is(in_the_store, tmp_path):
    assert isinstance(open_archive(), StoredArchive)
    in_the_store.setenv("CAKUPAN_ARCHIVE", str(tmp_path))
    assert isinstance(open_archive(), Archive) and open_archive().root == tmp_path
    in_the_store.delenv("CAKUPAN_ARCHIVE")
    assert open_archive().root == settings.home() / "archive"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CAKUPAN_ARCHIVE_SECRET", "", "CAKUPAN_ARCHIVE_SECRET_FILE"),
        ("CAKUPAN_ARCHIVE_ENDPOINT", "http://store.example.go.id", "where others can read them"),
        ("CAKUPAN_ARCHIVE_ENDPOINT", "ftp://store", "address like"),
        ("CAKUPAN_ARCHIVE", "s3://", "address like s3://bucket/prefix"),
    ],
)
def test_a_setting_that_cannot_be_is_told(in_the_store, name, value, told):
    in_the_store.setenv(name, value)
    with pytest.raises(BadSetting, match=told) as refused:
        bucket_at(os.environ["CAKUPAN_ARCHIVE"])
    assert SECRET not in str(refused.value)


def test_a_delivery_is_landed_from_the_store_and_verified_there(database, in_the_store, store, tmp_path):
    night.prepare()
    folder = tmp_path / "sipd/sp2d"
    folder.mkdir(parents=True)
    content = ";".join(column.header for column in find_feed(settings.FEEDS, "sipd.sp2d").columns).encode()
    (folder / "sp2d_20250909.csv").write_bytes(content)
    assert night.archive("sipd.sp2d", date(2025, 9, 9), Folder(tmp_path, 0))
    ((name, kept),) = store.objects.items()
    assert (name.rpartition("/")[2], kept) == (hashlib.sha256(content).hexdigest(), content)
    assert night.land("sipd.sp2d") == 1
    assert altered() == []
    store.objects[name] = b"altered"
    (told,) = altered()
    assert f"s3://drop/{name}" in told and "holds other bytes than were received" in told
    del store.objects[name]
    assert "is missing" in altered()[0]


def altered():
    return [one for area in verify(only=["archive"]) for one in area.alterations]
