"""A person is erased: no row and no identity names them, and all that was proved stays proved."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cakupan import identity, settings
from cakupan.audit.issuing import Address, NoReceipt, issue_receipt
from cakupan.database import Role, connect
from cakupan.feeds import find_feed
from cakupan.landing import cache
from cakupan.ledger.entries import read_entries
from cakupan.privacy import erasing
from cakupan.privacy.erasing import CannotErase, Erased, erase, erase_again
from cakupan.privacy.held import NobodyFound
from tests.audit.conftest import FARMERS, FARMERS_TABLE, NIGHT, Kept, altered, farmers, verified

BUDI = "3579010101900001"
NEXT = NIGHT + timedelta(days=1)
ASKED = ("Ani", "the person asked", "PDP 1/2025")
FEED = find_feed(settings.FEEDS, FARMERS)


@pytest.fixture
def city(kept: Kept) -> Kept:
    """The night of two deliveries, whose persons have keys."""
    identity.register(kept.database, FEED)
    kept.database.commit()
    return kept


def query(kept: Kept, statement: str) -> list[tuple[Any, ...]]:
    rows = kept.database.execute(statement).fetchall()  # type: ignore[call-overload]
    kept.database.commit()
    return rows


def everything(kept: Kept) -> str:
    """All rows of the tables that may name a person."""
    tables = ("landing.distan_kelompok_tani", "quarantine.distan_kelompok_tani", "identity.worker")
    return json.dumps([query(kept, f"select to_jsonb(t) from {table} as t") for table in tables])


def receipt(row: int) -> str:
    with connect(Role.LOADER) as connection:
        return issue_receipt(connection, Address.parse(f"1::{row}"), "Ani", "audit 2025", "ST 7")


def erase_budi() -> Erased:
    return erase("3579.0101.0190.0001", *ASKED)


def test_nothing_names_the_person_any_more_and_the_record_says_that_it_was_done(city: Kept) -> None:
    assert "BUDI" in everything(city)
    done = erase_budi()
    assert (done.landed, done.examined, done.deliveries) == (1, 0, {1})
    for name in (BUDI, "BUDI"):
        assert name not in everything(city)
    assert "SITI" in everything(city)
    (entry,) = read_entries(city.database, kind="erasure")
    assert (entry.entry_no, entry.facts["by"], entry.facts["case"]) == (done.entry_no, "Ani", "PDP 1/2025")
    assert BUDI not in entry.body


def test_the_row_still_joins_with_the_same_key(city: Kept) -> None:
    joined = f"select w.worker_key from {FARMERS_TABLE} as l join identity.worker as w using (nik) where row_number = 2"
    before = query(city, joined)
    erase_budi()
    assert query(city, joined) == before != []


def test_verify_tells_of_it_and_names_no_alteration(city: Kept) -> None:
    done = erase_budi()
    assert altered() == []
    (told,) = [note for note in verified()["ledger"].notes if "erased" in note]
    assert told == f"1 rows erased on request, record entry {done.entry_no}: case PDP 1/2025, by Ani"


def test_receipts_of_all_others_are_handed_out_as_before(city: Kept) -> None:
    before = receipt(3)
    erase_budi()
    city.seal()
    after = receipt(3)
    assert before.split("\n")[1] == after.split("\n")[1]  # entry, row, salt and proof
    with pytest.raises(NoReceipt, match="were erased on request"):
        receipt(2)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"update {FARMERS_TABLE} set kategori = 'X' where row_number = 3", "row 3: differs in kategori"),
        (f"update {FARMERS_TABLE} set kategori = 'X' where row_number = 2", "row 2: differs in kategori"),
        (f"delete from {FARMERS_TABLE} where row_number = 2", "row 2: was removed"),
        (f"update {FARMERS_TABLE} set nama_anggota = null where row_number = 3", "row 3: differs in nama_anggota"),
    ],
)
def test_what_else_is_altered_is_found_as_ever(city: Kept, statement: str, told: str) -> None:
    erase_budi()
    city.tamper(statement)
    (line,) = altered()
    assert line.endswith(told)


def test_an_erasure_that_was_not_entered_covers_nothing(city: Kept) -> None:
    erase_budi()
    city.tamper(f"update {FARMERS_TABLE} set nama_anggota = null where row_number = 3")
    city.tamper(
        "insert into ledger.erased_row select entry_no, kind, place, number, sheet, 3, cells, was_leaf, now_leaf, mac"
        " from ledger.erased_row"
    )
    told = altered()
    assert any("what is kept of the erased rows is not what was recorded" in line for line in told)
    assert any("row 3: differs in nama_anggota" in line for line in told)


def test_erased_rows_that_were_changed_are_told(city: Kept) -> None:
    erase_budi()
    city.tamper("update ledger.erased_row set was_leaf = now_leaf")
    assert any("ledger.erased_row, entry" in line for line in altered())


def test_landing_anew_from_the_archive_brings_nobody_back(city: Kept) -> None:
    erase_budi()
    with city.database.transaction():
        city.database.execute("insert into ledger.dropped_landing (delivery_id) values (1)")
        city.database.execute(f"delete from {FARMERS_TABLE} where delivery_id = 1")  # type: ignore[call-overload]
    assert altered() == []
    assert cache.land_again(city.database, [1]) == 1
    city.database.commit()
    assert "BUDI" not in everything(city)
    assert altered() == []


def test_a_later_delivery_that_names_them_is_erased_too(city: Kept) -> None:
    (before,) = query(city, f"select worker_key from identity.worker where nik = '{BUDI}'")
    erase_budi()
    city.deliver(FARMERS, farmers(("SITI", "SITI B")), NEXT)
    assert "BUDI" in everything(city)
    assert erase_again(city.database, FEED) == 1
    identity.register(city.database, FEED)
    city.database.commit()
    assert "BUDI" not in everything(city)
    joined = (
        "select worker_key from accepted.distan_kelompok_tani join identity.worker using (nik) where row_number = 2"
    )
    assert query(city, joined) == [before, before]
    assert erase_again(city.database, FEED) == 0
    assert altered() == []


def test_a_row_that_was_set_aside_is_erased_too(city: Kept) -> None:
    city.deliver(FARMERS, farmers(('PETANI,"0,5"', 'PETANI,"x"')), NEXT)
    assert "BUDI" in str(query(city, "select to_jsonb(t) from quarantine.distan_kelompok_tani as t"))
    city.seal()
    done = erase_budi()
    assert (done.landed, done.examined) == (2, 1)
    assert "BUDI" not in everything(city)
    assert altered() == []
    city.tamper("update quarantine.distan_kelompok_tani set rules = '{}' where row_number = 2")
    assert any("row 2" in line for line in altered())


def test_a_second_request_finds_what_is_left(city: Kept) -> None:
    erase_budi()
    with pytest.raises(CannotErase, match="nothing is held"):
        erase_budi()


def test_verify_tells_of_a_read_that_was_rolled_back(city: Kept) -> None:
    asked = "select * from identity.received_row('Ani', 'audit', 'LHP 1', 1, '', 2)"
    for rolled_back in (True, False):
        with connect(Role.AUDITOR) as auditor:
            assert len(auditor.execute(asked).fetchall()) == 1
            if rolled_back:
                auditor.rollback()
    (told,) = [note for note in verified()["ledger"].notes if "no entry" in note]
    assert told.startswith("1 reads of a person have no entry, numbers 1: who read rolled back")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_nothing_is_erased_unless_it_is_said_by_whom_why_and_for_which_case(city: Kept, missing: int) -> None:
    said = [*ASKED]
    said[missing] = " "
    with pytest.raises(ValueError, match="by whom"):
        erase(BUDI, *said)
    assert "BUDI" in everything(city)


def test_what_is_no_nik_is_not_repeated(city: Kept) -> None:
    with pytest.raises(NobodyFound) as refusal:
        erase("35790101019", *ASKED)
    assert "35790101019" not in str(refusal.value)


def test_nothing_is_erased_when_the_entry_cannot_be_made(city: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("no entry")

    monkeypatch.setattr(erasing, "enter_erasure", fail)
    with pytest.raises(RuntimeError, match="no entry"):
        erase_budi()
    assert "BUDI" in everything(city)
