"""Files are read and written under their own name: no link is followed."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from cakupan.files import open_plain, write_whole
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
