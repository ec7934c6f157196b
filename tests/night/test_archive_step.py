"""What a night archives when it is run again."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path
from typing import BinaryIO

import psycopg
import pytest

from cakupan import night
from cakupan.feeds import Feed
from cakupan.landing import pulling
from cakupan.sources import PartialDelivery, ReadyDelivery, Unreachable
from cakupan.sources.file_drop import State
from cakupan.sources.folder import Folder

NIGHT = date(2025, 9, 9)


class System:
    """An agency's system that says something else each time."""

    kind = "stand-in"

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self.asked = 0

    def deliveries(self, feed: Feed, asked_for: date) -> list[ReadyDelivery]:
        return [ReadyDelivery(asked_for, "pelaku_usaha_20250909.csv", self._read, self.live)]

    def probe(self, feed: Feed, asked_for: date) -> str:
        return "rows"

    def _read(self) -> io.BytesIO:
        self.asked += 1
        return io.BytesIO(f"state {self.asked}".encode())


@pytest.mark.parametrize(("live", "kept"), [(True, 1), (False, 2)])
def test_a_system_without_a_past_is_read_once_for_a_night(
    database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: bool, kept: int
) -> None:
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    system = System(live=live)
    assert night.archive("diskumdag.pelaku_usaha", NIGHT, system)
    assert night.archive("diskumdag.pelaku_usaha", NIGHT, system)
    assert system.asked == kept
    assert database.execute("select count(*) from ledger.delivery").fetchone() == (kept,)


class Broken(System):
    """Gives rows and then breaks off."""

    def __init__(self, error: Exception) -> None:
        super().__init__(live=False)
        self.error = error

    def _read(self) -> io.BytesIO:
        class Stream(io.BytesIO):
            def read(stream, size: int | None = -1) -> bytes:
                if stream.tell():
                    raise self.error
                return super().read(10)

        return Stream(b"rows that came before")


@pytest.mark.parametrize("error", [PartialDelivery("5 rows came of 6"), Unreachable("away"), OSError("lost")])
def test_nothing_of_a_delivery_that_breaks_off_is_kept(
    database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    with pytest.raises(type(error)):
        night.archive("disdik.ptk_non_asn", NIGHT, Broken(error))
    assert list((tmp_path / "archive").iterdir()) == []
    assert database.execute("select from ledger.delivery").fetchone() is None


@pytest.fixture
def iuran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a feed's files."""
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    folder = tmp_path / "drop/bpjstk/iuran"
    folder.mkdir(parents=True)
    return folder


class Counted(Folder):
    """A folder that counts how often its files are opened."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.opened: list[str] = []

    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        self.opened.append(name)
        return super()._open(feed, name, state)


def send(folder: Path, day: str, content: bytes, changed: int = 1000) -> str:
    path = folder / f"iuran_{day}.csv.gz"
    path.write_bytes(content)
    os.utime(path, (changed, changed))
    return path.name


def opened(folder: Path, as_of: date = NIGHT) -> list[str]:
    source = Counted(folder.parents[1])
    night.archive("bpjstk.iuran", as_of, source)
    return source.opened


def test_an_old_file_that_looks_unchanged_is_not_read_again(database: psycopg.Connection, iuran: Path) -> None:
    old, recent, to_come = (send(iuran, day, b"x") for day in ("20250901", "20250902", "20250910"))
    assert opened(iuran) == [old, recent]
    assert opened(iuran) == [recent]
    assert opened(iuran, date(2025, 9, 8)) == [old, recent]
    assert to_come not in opened(iuran)


@pytest.mark.parametrize("changed", [{"content": b"longer"}, {"changed": 1001}])
def test_an_old_file_that_looks_changed_is_read_and_then_known(
    database: psycopg.Connection, iuran: Path, changed: dict
) -> None:
    name = send(iuran, "20250101", b"first")
    assert opened(iuran) == [name]
    send(iuran, "20250101", **{"content": b"again", **changed})
    assert (opened(iuran), opened(iuran)) == ([name], [])
    assert database.execute("select count(*) from ledger.delivery").fetchone() == (2,)


def test_a_recent_file_sent_again_with_the_same_size_and_time_is_found(
    database: psycopg.Connection, iuran: Path
) -> None:
    for content in (b"first", b"other"):
        send(iuran, "20250902", content)
        opened(iuran)
    assert database.execute("select count(*) from ledger.delivery").fetchone() == (2,)


def test_killed_before_the_ledger_knows_the_file_is_read_again(
    database: psycopg.Connection, iuran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = send(iuran, "20250101", b"x")
    for step in ("enter_delivery", "keep_fingerprint"):
        with monkeypatch.context() as patch:
            patch.setattr(pulling, step, killed)
            with pytest.raises(KeyboardInterrupt):
                opened(iuran)
        assert database.execute("select from ledger.delivery").fetchone() is None
        database.rollback()
    assert (opened(iuran), opened(iuran)) == ([name], [])
    assert database.execute("select original_name from ledger.delivery").fetchall() == [(name,)]


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_night_left_half_written_is_cleared(
    database: psycopg.Connection, iuran: Path, tmp_path: Path
) -> None:
    (tmp_path / "archive").mkdir()
    left = tmp_path / "archive/.arriving-x"
    left.write_bytes(b"half")
    os.utime(left, (1000, 1000))
    opened(iuran)
    assert not left.exists()
