"""A disk that is full, made so by a limit that the kernel keeps: a clean stop, a line that says what to do, no loss."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest

from cakupan.database import Role, connect, said
from cakupan.landing.archive import Archive
from cakupan.notices import Message, NotSent
from cakupan.notices.telling import tell

NIGHT = date(2025, 9, 9)
MEGABYTE = 1 << 20


def in_a_process_whose_files_end(at: int, run: Callable[[], object]) -> str:
    """Run where no file may grow beyond a size; returns what the error that it met is said to be.

    The kernel then answers EFBIG, as a full disk answers ENOSPC, at the same call and with part of the bytes written.
    """
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, at))
        told = "no error"
        try:
            run()
        except OSError as error:
            told = said(OSError(errno.ENOSPC, "no room")) if error.errno == errno.EFBIG else repr(error)
        finally:
            os.write(write, told.encode())
            os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with os.fdopen(read) as pipe:
        return pipe.read()


@pytest.mark.unit
def test_an_archive_without_room_keeps_nothing_of_a_delivery_and_takes_it_when_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAKUPAN_PG_HOST", "db.example.go.id")
    content = os.urandom(3 * MEGABYTE)
    told = in_a_process_whose_files_end(2 * MEGABYTE, lambda: Archive(tmp_path).store(io.BytesIO(content)))
    assert told.startswith("A disk is full. See with `df -h") and "run the night again" in told
    assert list(tmp_path.rglob("*")) == []
    archived = Archive(tmp_path).store(io.BytesIO(content))
    assert Archive(tmp_path).path(archived.sha256).read_bytes() == content


@pytest.mark.warehouse
def test_an_outbox_without_room_tells_the_letter_the_next_time(
    database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cakupan.notices.telling.outbox", lambda: tmp_path / "outbox")
    message = Message(NIGHT, "bpjstk", ("a topic",), "subject", "text", "x" * MEGABYTE)

    def no_post(*_: object) -> None:
        raise NotSent("there is no post")

    def letter() -> Path | None:
        with connect(Role.LOADER) as connection:
            return tell(connection, "bpjstk", lambda _: message, no_post)

    assert in_a_process_whose_files_end(MEGABYTE // 2, letter).startswith("A disk is full.")
    assert database.execute("select count(*) from ledger.notification").fetchone() == (0,)
    database.commit()
    page = letter()
    assert page and page.read_text() == message.html
    assert database.execute("select state from ledger.notification").fetchall() == [("FAILED",)]


@pytest.mark.warehouse
def test_temporary_files_without_room_are_said_to_be_a_limit(database: psycopg.Connection) -> None:
    with connect(Role.ADMIN) as admin, pytest.raises(psycopg.Error) as met:
        admin.execute("set work_mem = '64kB'")
        admin.execute("set temp_file_limit = '1MB'")
        admin.execute(
            "select count(*) from (select g, repeat('x', 100) from generate_series(1, 100000) as g order by 2, 1) as s"
        )
    assert said(met.value).startswith("A limit of the database's configuration is reached. Raise it (temp_file_limit)")
