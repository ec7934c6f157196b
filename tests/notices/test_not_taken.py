"""What lies in a drop and is no delivery: kept while it lies there, told once, in one breath with what did not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cakupan import night
from cakupan.notices import Message, office_message, summary_message
from cakupan.sources.folder import Folder
from tests.notices.conftest import Ledger
from tests.quality.deliveries import FEEDS, NIGHT, feed_called

VOLUNTEERS = feed_called("dinsos.relawan_disabilitas")
NEXT = NIGHT + timedelta(1)
NIK = "3579010101900001"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the feed in the agency's drop."""
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    made = tmp_path / "drop/dinsos/relawan_disabilitas"
    made.mkdir(parents=True)
    return made


def ask(ledger: Ledger, folder: Path, as_of: Any = NIGHT) -> None:
    night.archive(VOLUNTEERS.name, as_of, Folder(folder.parents[1]))
    ledger.connection.execute("insert into ledger.asked values ('dinsos', 'relawan_disabilitas', %s)", (as_of,))
    ledger.connection.commit()


def letter(
    ledger: Ledger, already_told: frozenset[str] = frozenset(), as_of: Any = NIGHT, **more: Any
) -> Message | None:
    feeds = [feed for feed in FEEDS if feed.agency == "dinsos"]
    return office_message(ledger.connection, feeds, as_of, already_told=already_told, **more)


def kept(ledger: Ledger) -> list[tuple[str, str, str]]:
    rows = ledger.connection.execute("select feed, name, reason_code from ledger.ignored order by 1, 2").fetchall()
    ledger.connection.commit()
    return rows


def test_the_letter_says_in_one_breath_that_nothing_came_and_what_lies_there(ledger: Ledger, folder: Path) -> None:
    for name in ("relawan_disabilitas_20250909.CSV", "catatan.txt", f"{NIK}.csv", "relawan_disabilitas_20250910.csv"):
        (folder / name).write_bytes(b"x")
    (folder.parent / "relawan_disabilitas_20250909.csv").write_bytes(b"x")
    ask(ledger, folder)
    told, english = letter(ledger), letter(ledger, language="en")
    assert told is not None and english is not None
    breath = told.html[told.html.index("Belum ada kiriman untuk tanggal") :]
    assert "Namun di foldernya ada berkas yang tidak diambil" in breath
    assert breath.index("relawan_disabilitas_20250909.CSV") < breath.index("relawan_disabilitas_20250910.csv")
    assert "namanya harus persis relawan_disabilitas_20250909.csv" in breath
    assert "Yet in its folder lies what was not taken" in english.html
    for text in (told.text, english.text):
        assert "relawan_disabilitas_20250909.CSV" in text and "catatan.txt" in text
    assert "terletak di luar folder data" in told.html
    assert NIK not in told.html + told.text + english.html and "X" * 16 in told.html
    assert "5 hal" in told.subject  # nothing came, and four things lie there


def test_a_file_is_told_once_and_waits_are_no_fault(ledger: Ledger, folder: Path) -> None:
    (folder / "relawan_disabilitas_20250909.csv").write_bytes(b"NIK;Nama;Jenis;Kode Wilayah\r\n")
    (folder / "relawan_disabilitas_20250910.csv").write_bytes(b"x")
    (folder / "catatan.txt").write_bytes(b"x")
    ask(ledger, folder)
    told = letter(ledger)
    assert told is not None and told.topics == ("not taken dinsos.relawan_disabilitas catatan.txt",)
    assert "relawan_disabilitas_20250910" not in told.html
    assert letter(ledger, frozenset(told.topics)) is None


def test_what_is_gone_or_taken_is_kept_no_longer_and_what_stays_keeps_its_first_day(
    ledger: Ledger, folder: Path
) -> None:
    for name in ("relawan_disabilitas_20250910.csv", "catatan.txt", "lama.csv"):
        (folder / name).write_bytes(b"x")
    ask(ledger, folder)
    first = dict(ledger.connection.execute("select name, first_seen_at from ledger.ignored").fetchall())
    assert [code for _, _, code in kept(ledger)] == ["OTHER_NAME", "OTHER_NAME", "WAITS"]
    (folder / "lama.csv").unlink()
    ask(ledger, folder, NEXT)
    assert [name for _, name, _ in kept(ledger)] == ["catatan.txt"]
    ((since, last, as_of),) = ledger.connection.execute(
        "select first_seen_at, last_seen_at, as_of_date from ledger.ignored"
    ).fetchall()
    assert (since, as_of) == (first["catatan.txt"], NEXT)
    assert last > since


def test_the_data_team_is_told_once(ledger: Ledger, folder: Path) -> None:
    (folder / "relawan_disabilitas_20250909.CSV").write_bytes(b"x")
    (folder / "relawan_disabilitas_20250910.csv").write_bytes(b"x")
    ask(ledger, folder)
    since = datetime.now(UTC)
    told = summary_message(ledger.connection, NIGHT, since, already_told=frozenset())
    assert "not taken: dinsos.relawan_disabilitas: relawan_disabilitas_20250909.CSV: the letters" in told.text
    assert "Seen and not taken" in told.html
    assert "relawan_disabilitas_20250910.csv" not in told.html
    again = summary_message(ledger.connection, NIGHT, since, already_told=frozenset(told.topics))
    assert "not taken" not in again.text + again.html


def test_thousands_of_odd_files_are_kept_and_make_no_letter_of_thousands_of_lines(ledger: Ledger, folder: Path) -> None:
    for number in range(3000):
        (folder / f"foto{number}.jpg").touch()
    ask(ledger, folder)
    assert len(kept(ledger)) == 3000
    told = letter(ledger)
    assert told is not None and len(told.html) < 30_000
    assert "… dan 2.950 lain" in told.html


def test_a_feed_known_to_nobody_is_told_with_the_folders_there_are(ledger: Ledger, folder: Path) -> None:
    (folder.parent / "Relawan").mkdir()
    ask(ledger, folder)
    told = letter(ledger)
    assert told is not None
    assert "tidak ada data dengan nama ini; folder untuk dinsos: relawan_disabilitas" in told.html
