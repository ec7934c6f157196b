"""Files are read and written under their own name: no link is followed."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import time
from pathlib import Path

import pytest

from cakupan.doctor import of_machine
from cakupan.files import DRAFT, clear_abandoned, open_plain, write_whole
from cakupan.landing.archive import Archive
from cakupan.landing.cache import what_is_wrong

pytestmark = pytest.mark.unit


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    other, letter = tmp_path / "other", tmp_path / "letter.html"
    other.write_text("of somebody else")
    letter.symlink_to(other)
    assert write_whole(letter, "dear office") == letter
    assert other.read_text() == "of somebody else"
    assert (letter.is_symlink(), letter.read_text(), letter.stat().st_mode & 0o777) == (False, "dear office", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.html", "other"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(letter, b"x")
    assert list(tmp_path.iterdir()) == [letter]


def test_what_a_killed_writer_left_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    held, left, fresh = (tmp_path / f".letter.html.{number * 8}.draft" for number in "123")
    other = tmp_path / ".letter.html.draft"  # is written again under the same name
    for path in (held, left, fresh, other):
        path.write_text("half a let")
        os.utime(path, (time.time() if path is fresh else 0,) * 2)
    with held.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_SH)
        clear_abandoned(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [held.name, fresh.name, other.name]
    clear_abandoned(tmp_path / "not there")


def test_a_writer_that_is_killed_leaves_a_draft_by_which_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", lambda *_: os._exit(9))
    if not (pid := os.fork()):
        write_whole(tmp_path / "letter.html", "dear office")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    (left,) = tmp_path.iterdir()
    assert DRAFT.fullmatch(left.name) and of_machine.DRAFT.fullmatch(left.name)  # the doctor knows it, too
    assert left.read_text() == "dear office"
    monkeypatch.undo()
    os.utime(left, (0, 0))
    clear_abandoned(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_a_regular_file_is_opened(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "path", tmp_path / "other"
    other.write_text("x")
    {"link": lambda: path.symlink_to(other), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    with pytest.raises(OSError, match=r"regular file|symbolic links|directory"):
        open_plain(path)


def test_a_link_in_the_archive_is_no_archived_file(tmp_path: Path) -> None:
    archive, content = Archive(tmp_path / "archive"), b"rows"
    sha256 = hashlib.sha256(content).hexdigest()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(content)
    archive.path(sha256).parent.mkdir(parents=True)
    archive.path(sha256).symlink_to(elsewhere)
    assert (what_is_wrong(archive, sha256) or "").startswith("cannot be read")
    archive.store(io.BytesIO(content))
    assert what_is_wrong(archive, sha256) is None
    assert not archive.path(sha256).is_symlink()
