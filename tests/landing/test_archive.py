import fcntl
import hashlib
import io
import os
import time
from datetime import date

import pytest

from cakupan.landing.archive import Archive
from cakupan.ledger.deliveries import enter_delivery


def test_keeps_bytes_under_their_hash_read_only(tmp_path):
    archive = Archive(tmp_path / "archive")
    archived = archive.store(io.BytesIO(b"abc" * 1_000_000))

    path = archive.path(archived.sha256)
    assert path == tmp_path / "archive" / archived.sha256[:2] / archived.sha256
    assert hashlib.sha256(path.read_bytes()).hexdigest() == archived.sha256
    assert archived.size_bytes == 3_000_000
    assert path.stat().st_mode & 0o777 == 0o400
    assert list((tmp_path / "archive").glob(".arriving-*")) == []


def test_keeping_the_same_bytes_again_touches_nothing(tmp_path):
    archive = Archive(tmp_path)
    first = archive.store(io.BytesIO(b"abc"))
    before = archive.path(first.sha256).stat()

    assert archive.store(io.BytesIO(b"abc")) == first
    after = archive.path(first.sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [p.name for p in tmp_path.iterdir()] == [first.sha256[:2]]


def test_keeps_nothing_of_a_stream_that_breaks_off(tmp_path):
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("connection lost")
            return super().read(10)

    with pytest.raises(OSError, match="connection lost"):
        Archive(tmp_path).store(Breaking(b"x" * 20))
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_surely_abandoned_is_cleared(tmp_path):
    archive = Archive(tmp_path)
    kept = archive.path(archive.store(io.BytesIO(b"abc")).sha256)
    abandoned, young, held = (tmp_path / f".arriving-{name}" for name in ("abandoned", "young", "held"))
    for path, age in ((abandoned, 7200), (young, 60), (held, 7200), (kept, 7200)):
        path.parent.mkdir(exist_ok=True)
        path.open("ab").close()
        os.utime(path, (time.time() - age, time.time() - age))

    class Slow(io.BytesIO):
        def read(self, size=-1):
            (arriving,) = set(tmp_path.glob(".arriving-*")) - {abandoned, young, held}
            os.utime(arriving, (0, 0))
            Archive(tmp_path).clear_abandoned()
            assert arriving.exists()
            return b""

    with held.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_SH)
        archive.store(Slow())
    assert [path.exists() for path in (abandoned, young, held, kept)] == [False, True, True, True]


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "a" * 63, "", "a" * 63 + "/"])
def test_only_a_hash_is_a_path(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        Archive(tmp_path).path(name)


def test_the_same_bytes_for_the_same_date_are_one_delivery(database, feed, tmp_path):
    iuran = feed("bpjstk.iuran")
    archived = Archive(tmp_path).store(io.BytesIO(b"abc"))

    first, is_new = enter_delivery(database, iuran, date(2025, 9, 9), "iuran_20250909.csv.gz", archived)
    again = enter_delivery(database, iuran, date(2025, 9, 9), "other name.csv.gz", archived)
    other_date, is_new_too = enter_delivery(database, iuran, date(2025, 9, 10), "iuran_20250910.csv.gz", archived)

    assert is_new and is_new_too
    assert again == (first, False)
    assert other_date != first
    rows = database.execute("select original_name, size_bytes, sha256 from ledger.delivery order by 1").fetchall()
    assert rows == [("iuran_20250909.csv.gz", 3, archived.sha256), ("iuran_20250910.csv.gz", 3, archived.sha256)]


def test_an_odd_name_is_kept_as_data(database, feed, tmp_path):
    name = "-rf ../\n\0" + os.fsdecode(b"\xff")
    archived = Archive(tmp_path).store(io.BytesIO(b"abc"))
    enter_delivery(database, feed("bpjstk.iuran"), date(2025, 9, 9), name, archived)
    assert database.execute("select original_name from ledger.delivery").fetchone() == ("-rf ../\n\\x00\\xff",)


def test_bytes_that_come_back_after_others_are_a_new_delivery(database, feed, tmp_path):
    archive, sp2d = Archive(tmp_path), feed("sipd.sp2d")
    first, correction = (archive.store(io.BytesIO(content)) for content in (b"first", b"correction"))
    sent = [
        enter_delivery(database, sp2d, date(2025, 9, 9), "sp2d_20250909.csv", archived)
        for archived in (first, correction, first, first)
    ]
    assert [is_new for _, is_new in sent] == [True, True, True, False]
    assert len({delivery_id for delivery_id, _ in sent}) == 3
