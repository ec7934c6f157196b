"""How long a feed's deliveries are kept is declared; what is to go is reported first, and the record says what went."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from cakupan import housekeeping, settings, steps
from cakupan.audit.issuing import Address, NoReceipt, issue_receipt
from cakupan.cli import housekeeping as command
from cakupan.cli.printing import DocumentFormat
from cakupan.database import Role, connect
from cakupan.feeds import find_feed
from cakupan.landing import cache
from cakupan.landing.archive import Archive
from cakupan.ledger.destroyed import removed_up_to
from cakupan.privacy.showing import show_person
from tests.audit.conftest import FARMERS, FARMERS_TABLE, NIGHT, Kept, altered, farmers, verified, within
from tests.audit.test_dropped import deliver, landed
from tests.databases import copy_of, new_database

LATER = date(NIGHT.year + 3, NIGHT.month, NIGHT.day)
QUARANTINED = "select count(*) from quarantine.distan_kelompok_tani where validation_id <= 2"


@pytest.fixture(scope="module")
def years_template(empty_template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Two nights, and one of three years later; the file of the first night comes again on a fourth."""
    database, files = new_database(empty_template), tmp_path_factory.mktemp("years")
    with within(database, files) as made:
        for on, content in ((NIGHT, farmers()), (NIGHT + timedelta(days=1), farmers(("BUDI", "BUDIMAN")))):
            deliver(made, content, on)
            made.publish(on)
        deliver(made, farmers(("BUDI", "BUDIARTO")), LATER)
        made.publish(LATER)
        made.seal()
    return database, files


@pytest.fixture
def years(years_template: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    template, files = years_template
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    declare(monkeypatch, tmp_path, archive_years=2, landed_nights=0)
    with copy_of(template) as database, within(database, tmp_path) as made:
        yield made


def declare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **retention: int) -> None:
    """The same feeds, of which that of the farmers has a retention."""
    feeds = tmp_path / "feeds"
    shutil.copytree(Path(__file__).parents[2] / "feeds", feeds, dirs_exist_ok=True)
    path = feeds / "distan" / "kelompok_tani.yml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "retention": retention}))
    monkeypatch.setattr(settings, "FEEDS", feeds)
    housekeeping.load_feeds.cache_clear()


def count(kept: Kept, query: str) -> int:
    (found,) = kept.database.execute(query).fetchone() or (-1,)
    kept.database.commit()
    return int(found)


def test_it_is_said_and_nothing_goes_before_that_is_asked_for(years: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "en")
    assert command.run(Console(file=out, width=250)) is True
    (line,) = [each for each in out.getvalue().splitlines() if FARMERS in each and "whole deliveries" in each]
    assert "no night of the last 2 years rests on them; file, landed rows and rows set aside are destroyed" in line
    assert "Nothing was deleted yet" in out.getvalue()
    assert {row[0] for row in landed(years)} == {1, 2, 3}
    assert years.file_of(1).exists()


def test_what_goes_is_told_as_json_before_and_after(years: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    command.run(Console(file=StringIO()), DocumentFormat.JSON, do_it=True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [(part["what"], part["deliveries"], part["first"], part["retention"]) for part in told["due"]] == [
        ("landed_rows", [2], "2025-09-10", 0), ("deliveries", [1], "2025-09-09", 2),
    ]  # fmt: skip
    assert (told["done"]["deliveries"], told["done"]["destroyed"], told["done"]["stays"]) == (1, 1, [])


def test_destroyed_is_destroyed_and_all_verifies(years: Kept) -> None:
    with connect(Role.LOADER) as connection:
        receipt = issue_receipt(connection, Address.parse("1::4"), "Ani", "audit 2025", "LHP 7/2025")
    before, path = count(years, QUARANTINED), years.file_of(1)
    housekeeping.keep_house(housekeeping.report())
    assert not path.exists()
    assert years.file_of(2).exists()  # in force on the night from which the years are counted
    assert 0 < count(years, QUARANTINED) < before
    assert {row[0] for row in landed(years)} == {3}
    years.seal()
    assert altered() == []
    told = "1 deliveries were destroyed when their retention ended: their files and rows are not there"
    assert verified()["archive"].notes == [told]
    (entry,) = years.database.execute("select body::jsonb from ledger.entry where kind = 'destruction'").fetchall()
    said = {name: entry[0][name] for name in ("delivery_id", "feed", "landed_rows", "set_aside", "years")}
    assert said == {"delivery_id": 1, "feed": "kelompok_tani", "landed_rows": 11, "set_aside": 1, "years": 2}
    assert receipt.startswith("c2sp.org/tlog-proof@v1")
    with connect(Role.LOADER) as connection, pytest.raises(NoReceipt, match="were destroyed when the retention of its"):
        issue_receipt(connection, Address.parse("1::4"), "Ani", "audit 2025", "LHP 7/2025")
    assert show_person("3579010101900001", "Ani", "permintaan", "P 1")["rows"]  # what is left of them
    assert housekeeping.drop_outdated().destroyed == 0  # and not once more


def test_what_is_put_back_after_it_was_destroyed_is_told(years: Kept) -> None:
    housekeeping.drop_outdated()
    years.tamper(f"insert into {FARMERS_TABLE} (delivery_id, row_number, nik) values (1, 2, '3579010101900001')")
    years.tamper(
        "insert into quarantine.distan_kelompok_tani (validation_id, delivery_id, sheet, row_number, verdict, rules)"
        " values (1, 1, '', 2, 'quarantined', '{}')"
    )
    told = altered()
    assert [line.split(": ", 1)[1] for line in told] == [
        "1 rows are there, though it was destroyed",
        "1 rows are there, though the delivery was destroyed",
    ]


def test_a_file_that_does_not_verify_keeps_its_delivery(years: Kept) -> None:
    path, rows = years.file_of(1), landed(years)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"BUDI", b"BODI"))
    reported = [part for part in housekeeping.report() if part["what"] == housekeeping.DELIVERIES]
    with pytest.raises(steps.StepFailed, match="holds other bytes than were received"):
        housekeeping.keep_house(reported)
    assert path.exists()
    assert landed(years) == rows


def test_a_file_that_another_delivery_has_too_stays(years: Kept) -> None:
    deliver(years, farmers(), LATER + timedelta(days=1))
    years.publish(LATER + timedelta(days=1))
    assert housekeeping.drop_outdated().destroyed == 1
    assert years.file_of(1).exists()
    years.seal()
    assert altered() == []


def test_only_the_programs_entry_has_a_file_removed(years: Kept) -> None:
    path = years.file_of(2)
    years.tamper(
        "insert into ledger.entry (entry_no, recorded_at, kind, body) select max(entry_no) + 1, now(), 'destruction',"
        " jsonb_build_object('kind', 'destruction', 'delivery_id', 2, 'sha256', max(d.sha256), 'mac', 'x')::text"
        " from ledger.entry, ledger.delivery as d where d.delivery_id = 2"
    )
    with connect(Role.LOADER) as connection:
        assert cache.remove_files(connection) == 0
    assert path.exists()


def test_a_killed_call_is_continued(years: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(*_: Any) -> None:
        raise KeyboardInterrupt

    path = years.file_of(1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(cache, "remove_files", kill)
        housekeeping.drop_outdated()
    assert path.exists()
    housekeeping.drop_outdated()
    assert not path.exists()


def test_the_archive_is_asked_once_for_what_is_gone(years: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    holds = Archive.holds
    monkeypatch.setattr(Archive, "holds", lambda archive, sha256: asked.append(sha256) or holds(archive, sha256))
    deliver(years, farmers(), LATER + timedelta(days=1))  # the bytes of the first delivery once more
    years.publish(LATER + timedelta(days=1))
    housekeeping.drop_outdated()
    assert asked == []  # another delivery has it
    removed = "select body::jsonb ->> 'up_to' from ledger.entry where kind = 'removal'"
    (up_to,) = years.database.execute(removed).fetchone() or ("",)
    years.database.commit()
    years.tamper(
        "insert into ledger.entry (entry_no, recorded_at, kind, body) select max(entry_no) + 1, now(), 'removal',"
        " jsonb_build_object('kind', 'removal', 'up_to', 9999, 'mac', 'x')::text from ledger.entry"
    )
    with connect(Role.LOADER) as connection:
        assert str(removed_up_to(connection)) == up_to
    years.tamper("delete from ledger.entry where kind = 'removal' and body like '%9999%'")
    with connect(Role.LOADER, autocommit=True) as connection:
        cache.destroy(connection, find_feed(settings.FEEDS, FARMERS), 4, 2)
        assert cache.remove_files(connection) == 1
        assert len(asked) == 1
        assert cache.remove_files(connection) == 0
    assert len(asked) == 1


def test_a_feeds_own_nights_are_taken(years: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declare(monkeypatch, tmp_path, landed_nights=5000)
    assert housekeeping.due() == []
    declare(monkeypatch, tmp_path, landed_nights=0)
    assert [(part.what, part.retention, part.deliveries) for part in housekeeping.due()] == [("landed_rows", 0, [1, 2])]
