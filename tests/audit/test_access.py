"""An office is given a login and loses it: on record, signed, and nothing that `verify` takes for an alteration."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from cakupan.cli import app
from cakupan.database import Role, connect
from cakupan.ledger.entries import read_entries
from tests.audit.conftest import NIGHT, Kept, altered, farmers, verified

GROUNDS = ("--by", "Ani, data team", "--why", "asked for by the office")


def access(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["access", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_office_is_given_a_login_and_loses_it(kept: Kept) -> None:
    address = re.search(r"postgresql://\S+", access("add", "distan", *GROUNDS))[0]
    try:
        with psycopg.connect(address) as office:
            assert office.execute("select count(*), min(agency), max(agency) from office.delivery").fetchone() == (
                1, "distan", "distan",
            )  # fmt: skip
            assert office.execute("select count(*) from office.quarantined_row").fetchone() == (1,)
        assert altered() == []
        assert [one["agency"] for one in json.loads(access("list", "--format", "json"))] == ["distan"]
        other = re.search(r"postgresql://\S+", access("add", "distan", *GROUNDS))[0]
        assert other != address
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)
    finally:
        access("remove", "distan", *GROUNDS)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(other)
    assert altered() == []
    with connect(Role.AUDITOR) as auditor:
        said = [entry.facts for entry in read_entries(auditor, kind="access")]
    assert [(one["access"], one["agency"], one["by"]) for one in said] == [
        ("added", "distan", "Ani, data team"), ("added", "distan", "Ani, data team"),
        ("removed", "distan", "Ani, data team"),
    ]  # fmt: skip
    assert all(address.split(":")[2].split("@")[0] not in entry for entry in map(str, said))


def test_a_login_that_somebody_made_by_hand_is_an_alteration(kept: Kept) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute("create role cakupan_office_distan login in role cakupan_office")
    try:
        assert any("role cakupan_office_distan" in line for line in altered(only=["definitions"]))
    finally:
        with connect(Role.ADMIN) as admin:
            admin.execute("drop role cakupan_office_distan")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("add", "nowhere", *GROUNDS), 2, "there is no agency nowhere"),
        (("add", "distan", "--by", " ", "--why", "x"), 2, "names themselves"),
        (("remove", "distan", *GROUNDS), 1, "distan has no login"),
    ],
)
def test_what_cannot_be_is_said(database_name: str, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = CliRunner().invoke(app, ["access", *arguments])
    assert (done.exit_code, told in done.stderr) == (code, True), done.output


def test_a_steward_reads_quarantined_rows_on_record_alone(kept: Kept) -> None:
    with connect(Role.STEWARD) as steward:
        asked = "select row_number, cells from ledger.quarantined_rows(1, 'Ani', 'helps distan')"
        rows = steward.execute(asked).fetchall()
        steward.commit()
        assert [(number, cells["nama_anggota"]) for number, cells in rows] == [(12, "ARI")]
        said = next(iter(read_entries(steward, kind="read"))).facts
        assert (said["who"], said["reason"], said["login"]) == ("Ani", "helps distan", "cakupan_steward")
        assert said["what"] == {"delivery_id": 1, "quarantine": "distan_kelompok_tani"}
        steward.commit()
        with pytest.raises(psycopg.errors.RaiseException, match="says who they are and why"):
            steward.execute("select * from ledger.quarantined_rows(1, 'Ani', ' ')")
        steward.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            steward.execute("select * from quarantine.distan_kelompok_tani")
    assert altered() == []


ASKED = "select * from identity.received_row('Ani', 'pemeriksaan', 'ST 1', 1, '', 2)"


def test_a_reader_who_rolls_back_cannot_give_the_number_to_another_entry(kept: Kept) -> None:
    with connect(Role.AUDITOR) as auditor:
        auditor.execute(ASKED)
        auditor.rollback()
        with pytest.raises(psycopg.errors.RaiseException, match="not the reader's to say"):
            auditor.execute("select ledger.record_read('Ani', 'pemeriksaan', '{\"read_no\": 1}')")
        auditor.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute("select ledger.enter_read('Ani', 'pemeriksaan', '{\"read_no\": 1}')")
    assert verified()["ledger"].notes[0].startswith("1 reads of a person have no entry, numbers 1:")


@pytest.mark.parametrize(
    "said",
    [
        "'Ani', 'x', '[1]'",
        "'Ani', 'x', null",
        "null, 'x', '{}'",
        "'Ani', null, '{}'",
        "'Ani', 'x', ('{\"rows\": 1' || repeat('0', 5000) || '}')::jsonb",  # no number that Python reads
        "'Ani', repeat('x', 5000), '{}'",
    ],
)
def test_a_reader_enters_nothing_that_could_not_be_read_again(kept: Kept, said: str) -> None:
    with connect(Role.STEWARD) as steward, pytest.raises(psycopg.errors.RaiseException):
        steward.execute(f"select ledger.record_read({said})")  # type: ignore[call-overload]
    kept.seal()
    assert altered() == []


def test_a_reader_who_leaves_a_read_open_stops_no_night(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cakupan.ledger.entries.PATIENCE", "50ms")
    with connect(Role.AUDITOR) as auditor:
        auditor.execute("set idle_in_transaction_session_timeout = 0")  # which anybody may do
        auditor.execute(ASKED)
        kept.deliver("distan.kelompok_tani", farmers(), NIGHT + timedelta(days=1))
        with pytest.raises(psycopg.OperationalError):
            auditor.execute("select 1")
    kept.seal()
    assert altered() == []
    assert verified()["ledger"].notes[0].startswith("1 reads of a person have no entry, numbers 1:")
