"""What people were sent or shown is on record: a file that is altered or gone is told, one taken away is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cakupan import for_readers, notices, settings
from cakupan.ledger.written import note_not_restored, note_written
from tests.audit.conftest import NIGHT, Kept, altered


@pytest.fixture
def home(kept: Kept) -> Path:
    """The state folder, with a letter of yesterday and a folder of pages, noted."""
    files = [
        settings.home() / name for name in ("outbox/letter.html", "dashboard/index.html", "dashboard/en/index.html")
    ]
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    note_written(kept.database, files)
    kept.database.commit()
    return settings.home()


def test_a_file_that_is_altered_or_gone_is_told(home: Path) -> None:
    assert altered(only=["files"]) == []
    (home / "outbox/letter.html").write_text("all is well")
    (home / "dashboard/index.html").unlink()
    gone, other = altered(only=["files"])
    assert gone == f"{home}/dashboard/index.html: is missing, and nobody noted that it was taken away"
    assert other.startswith(f"{home}/outbox/letter.html: holds other bytes than were written: SHA-256 ")


def test_files_written_anew_are_no_alteration_nor_are_pages_that_are_no_more(kept: Kept, home: Path) -> None:
    kept.seal()
    (home / "dashboard/index.html").write_text("of the next night")
    (home / "dashboard/en/index.html").unlink()
    note_written(kept.database, [home / "dashboard/index.html", Path("/etc/hostname")], whole=home / "dashboard")
    kept.database.commit()
    assert altered() == []
    kept.seal()
    kept.tamper("update ledger.written set sha256 = repeat('a', 64) where path = 'outbox/letter.html'")
    told = {line.split(": ")[0] for line in altered()}
    assert told == {"ledger.written", f"{home}/outbox/letter.html"}


def test_the_night_notes_what_it_writes(kept: Kept, home: Path) -> None:
    before = written_below(home)
    left = home / "outbox/.letter.html.12345678.draft"
    left.touch()
    os.utime(left, (0, 0))
    for_readers.report(NIGHT)
    assert not left.exists()
    letter = for_readers.tell_office("distan", NIGHT, _kept)
    assert letter
    noted = {path for (path,) in kept.database.execute("select path from ledger.written")}
    kept.database.commit()
    files = written_below(home) - before
    assert files - noted == set()
    assert Path(letter).relative_to(home).as_posix() in files


def test_what_no_backup_brought_back_is_not_called_missing(kept: Kept, home: Path) -> None:
    (home / "outbox/letter.html").unlink()
    note_not_restored(kept.database)
    kept.database.commit()
    assert altered(only=["files"]) == []


def written_below(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.glob("*/*") if path.parent.name in ("reports", "outbox")}


def _kept(*_: object) -> None:
    raise notices.Kept
