"""Landed rows that no night rests on any more are dropped; all that asked for them before is answered as before."""

from __future__ import annotations

import gzip
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

from cakupan import housekeeping, identity, night, quality, settings, steps
from cakupan.audit.issuing import Address as Where
from cakupan.audit.issuing import NoReceipt, issue_receipt
from cakupan.cli import housekeeping as command
from cakupan.database import Role, connect
from cakupan.feeds import Column, Feed, find_feed
from cakupan.landing import CannotLandAgain, cache
from cakupan.quality.explanations import explain_rules
from cakupan.quality.suite import load_suite
from cakupan.trace.landed import attach
from cakupan.trace.tree import Address, CannotTrace, Node
from tests.audit.conftest import FARMERS, FARMERS_TABLE, NIGHT, ROWS, Kept, altered, farmers, verified, within
from tests.databases import copy_of, new_database
from tests.quality.deliveries import rows as rows_of

NEXT = NIGHT + timedelta(days=1)
WHERE = "landing.distan_kelompok_tani, delivery 1, distan.kelompok_tani of 2025-09-09"
IURAN = b"NO_TRANSAKSI|KODE_BILLING|KPJ|BULAN_IURAN|PROGRAM|JUMLAH|TGL_BAYAR|SUMBER_DANA\n"
LINE = b"TX%d|259018725480|22000000001|202501|JKK|12479|2025-01-22|PEMBERI_KERJA\n"


def deliver(kept: Kept, content: bytes, on: date, name: str = FARMERS) -> int:
    """As a night does, with the keys of those named."""
    number = kept.deliver(name, content, on)
    identity.register(kept.database, find_feed(settings.FEEDS, name))
    kept.database.commit()
    return number


def landed(kept: Kept, table: str = FARMERS_TABLE) -> list[tuple[Any, ...]]:
    rows = kept.database.execute(f"select * from {table} order by delivery_id, sheet, row_number").fetchall()
    kept.database.commit()
    return rows


def there(kept: Kept, table: str = FARMERS_TABLE) -> set[int]:
    return {row[0] for row in landed(kept, table)}


def receipt(kept: Kept, address: str) -> str:
    with connect(Role.LOADER) as connection:
        return issue_receipt(connection, Where.parse(address), "Ani", "audit 2025", "ST 7")


@pytest.fixture(scope="module")
def nights_template(empty_template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The database and the files of two nights, each with a list of farmers of its own, published and sealed."""
    database, files = new_database(empty_template), tmp_path_factory.mktemp("nights")
    with within(database, files) as made:
        deliver(made, farmers(), NIGHT)
        made.publish()
        deliver(made, farmers(("BUDI", "BUDIMAN")), NEXT)
        made.publish(NEXT)
        made.seal()
    return database, files


@pytest.fixture
def nights(nights_template: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """A copy of these nights, in which nothing outlasts its being in force."""
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", "0")
    template, files = nights_template
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    with copy_of(template) as database, within(database, tmp_path) as made:
        yield made


def test_rows_go_that_no_night_rests_on(nights: Kept) -> None:
    done = housekeeping.drop_outdated()
    assert (done.deliveries, done.rows, done.stays) == (1, len(ROWS), [])
    assert there(nights) == {2}
    assert housekeeping.drop_outdated().deliveries == 0


@pytest.mark.parametrize(("retention", "stays"), [("1", {1, 2}), ("", {1, 2}), ("0", {2})])
def test_they_outlast_their_use_by_the_retention(
    nights: Kept, monkeypatch: pytest.MonkeyPatch, retention: str, stays: set[int]
) -> None:
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", retention)
    housekeeping.drop_outdated()
    assert there(nights) == stays


def test_what_a_night_to_come_may_read_stays(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", "0")
    for day in range(3):  # increments are in force for ever
        on = NIGHT + timedelta(days=day)
        deliver(empty, gzip.compress(IURAN + LINE % day), on, "bpjstk.iuran")
    held = deliver(empty, farmers(*((row, row.replace("3579", "x", 1)) for row in ROWS[:9])), NIGHT)
    never_in_force = deliver(empty, farmers(), NIGHT - timedelta(days=1))
    empty.publish(NEXT)
    deliver(empty, farmers(("BUDI", "BUDIMAN")), NEXT)
    in_force = deliver(empty, farmers(("BUDI", "BUDIARTO")), NEXT + timedelta(days=1))
    empty.publish(NEXT + timedelta(days=1))
    housekeeping.drop_outdated()
    assert len(there(empty, "landing.bpjstk_iuran")) == 3
    assert {held, in_force} <= there(empty)
    assert empty.database.execute(
        "select delivery_status from ledger.current_validation where delivery_id = %s", (held,)
    ).fetchone() == ("HELD",)
    assert never_in_force not in there(empty)  # a night was published with it
    assert in_force - 1 in there(empty)  # with this none was


def test_verification_and_receipts_are_as_before(nights: Kept) -> None:
    before, rows = receipt(nights, "1::4"), landed(nights)
    housekeeping.drop_outdated()
    assert altered() == []
    assert verified()["landing"].notes == []
    assert verified()["landing"].checked == "2 deliveries, 22 rows; 1 of the deliveries read again from the archive"
    assert there(nights) == {2}
    assert receipt(nights, "1::4") == before
    assert landed(nights) == rows
    nights.seal()
    assert altered() == []
    assert verified()["landing"].checked == "2 deliveries, 22 rows"
    assert housekeeping.drop_outdated().deliveries == 1  # and goes again


def test_a_trace_shows_the_rows_as_received(nights: Kept) -> None:
    housekeeping.drop_outdated()
    node = Node("row", address=Address(1, "", 2))
    with connect(Role.LOADER) as connection:
        attach(connection, node, personal=True)
    assert node.landed is not None
    assert node.landed.cells["nama_anggota"] == "BUDI"


def test_a_past_night_is_built_on_the_same_rows(nights: Kept) -> None:
    rows = landed(nights)
    housekeeping.drop_outdated()
    run = night.start_run(NIGHT)
    assert landed(nights) == rows
    assert housekeeping.drop_outdated().deliveries == 0  # while it is being built
    nights.database.execute("update ledger.run set state = 'FAILED' where run_id = %s", (run,))
    nights.database.commit()
    assert housekeeping.drop_outdated().deliveries == 1


def test_what_is_judged_again_is_landed_again(nights: Kept) -> None:
    third = deliver(nights, farmers(("BUDI", "BUDIARTO")), NEXT + timedelta(days=2))
    nights.publish(NEXT + timedelta(days=2))
    assert housekeeping.drop_outdated().deliveries == 2
    more = "".join(f'35790121019000{number},ARI,Makmur,PETANI,"2,0",35.79.01.1002\n' for number in range(10, 15))
    late = deliver(nights, farmers() + more.encode(), NIGHT - timedelta(days=1))
    statuses = dict(nights.database.execute("select delivery_id, delivery_status from ledger.current_validation"))
    assert statuses == {1: "HELD", 2: "HELD", third: "HELD", late: "ACCEPTED"}  # more than a tenth is lost
    assert there(nights) == {1, 2, third, late}


def test_rows_whose_workers_have_no_key_yet_stay(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", "0")
    empty.deliver(FARMERS, farmers(), NIGHT)
    empty.publish()
    empty.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), NEXT)
    empty.publish(NEXT)
    assert housekeeping.drop_outdated().deliveries == 0
    identity.register(empty.database, find_feed(settings.FEEDS, FARMERS))
    empty.database.commit()
    assert housekeeping.drop_outdated().deliveries == 1


def test_what_an_office_is_told_of_broken_records_is_the_same(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", "0")
    feed = find_feed(settings.FEEDS, FARMERS)
    suite = load_suite(feed)
    deliver(empty, farmers((ROWS[-1], "a,b,c\n")), NIGHT)
    empty.publish()
    deliver(empty, farmers(), NEXT)
    empty.publish(NEXT)
    (validation,) = empty.database.execute(
        "select validation_id from ledger.validation where delivery_id = 1"
    ).fetchone()
    rule = suite.readable_rule.rule_id
    before = explain_rules(empty.database, feed, suite, validation, {rule})
    empty.database.commit()
    assert "3 fields instead of 6" in before[rule].en
    assert housekeeping.drop_outdated().deliveries == 1
    assert explain_rules(empty.database, feed, suite, validation, {rule}) == before


def test_a_median_that_was_not_kept_is_reckoned_from_the_same_rows(
    nights: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = find_feed(settings.FEEDS, "diskumdag.sosialisasi")
    assert feed.period
    rows = [{**row, feed.period: f"2025-09-0{number + 1}"} for number, row in enumerate(rows_of(feed, range(5)))]
    lines = [[column.header for column in feed.columns]]
    lines += [[row.get(column.name) or "" for column in feed.columns] for row in rows]
    content = "\n".join(map(",".join, lines)).encode()
    first = deliver(nights, content, NIGHT, feed.name)
    nights.publish()
    deliver(nights, content + b"\n", NEXT, feed.name)
    nights.publish(NEXT)
    assert "ACCEPTED" in {
        status
        for (status,) in nights.database.execute(
            "select delivery_status from ledger.current_validation where delivery_id = %s", (first,)
        )
    }
    nights.tamper(f"update ledger.validation set median_on = null where delivery_id = {first}")
    housekeeping.drop_outdated()
    assert first not in there(nights, "landing.diskumdag_sosialisasi")
    deliver(nights, content + b"\n\n", NEXT + timedelta(days=1), feed.name)
    assert first in there(nights, "landing.diskumdag_sosialisasi")


def test_an_altered_file_keeps_its_rows_and_is_told(nights: Kept) -> None:
    path, rows = nights.file_of(1), landed(nights)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"BUDI", b"BODI"))
    done = housekeeping.drop_outdated()
    assert (done.deliveries, done.stays) == (0, done.altered)
    (told,) = done.altered
    assert told.startswith(
        "delivery 1, distan.kelompok_tani of 2025-09-09: its archived file holds other bytes than were received"
    )
    assert landed(nights) == rows
    with pytest.raises(steps.StepFailed, match=r"holds other bytes than were received.*Put it back from a backup"):
        housekeeping.keep_house(housekeeping.report())
    out = StringIO()
    assert command.run(Console(file=out), do_it=True) is False
    assert "stays: delivery 1, distan.kelompok_tani of 2025-09-09" in out.getvalue()


def test_a_file_that_gives_other_rows_keeps_them(nights: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "is_as_recorded", lambda *_: False)
    done = housekeeping.drop_outdated()
    assert (done.deliveries, done.altered) == (0, [])
    assert "this version reads other rows from it than were landed" in done.stays[0]
    assert there(nights) == {1, 2}


def test_a_kill_in_the_middle_changes_nothing(nights: Kept) -> None:
    rows, noted = landed(nights), cache.note_dropped

    def kill(connection: Any, *rest: Any) -> None:
        noted(connection, *rest)
        found = connection.execute(f"select distinct delivery_id from {FARMERS_TABLE}").fetchall()
        assert found == [(2,)]  # they are deleted already
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(cache, "note_dropped", kill)
        housekeeping.drop_outdated()
    assert landed(nights) == rows
    assert altered() == []
    assert housekeeping.drop_outdated().deliveries == 1


@pytest.fixture
def lost(nights: Kept) -> Kept:
    """Rows were dropped, and then their archived file was altered."""
    housekeeping.drop_outdated()
    path = nights.file_of(1)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"BUDI", b"BODI"))
    return nights


def test_what_cannot_be_had_again_is_said(lost: Kept) -> None:
    told = altered()
    assert told[1:] == [f"{WHERE}: rows were dropped, and cannot be had again, as the archived file is altered"]
    with pytest.raises(NoReceipt, match="its rows were dropped, and its archived file holds other bytes"):
        receipt(lost, "1::2")
    with connect(Role.LOADER) as connection, pytest.raises(CannotTrace, match=r"not to be had: delivery 1.*backup"):
        attach(connection, Node("row", address=Address(1, "", 2)), personal=False)
    with pytest.raises(steps.StepFailed, match=r"start_run: delivery 1, .*Put it back from a backup"):
        night.start_run(NIGHT)
    assert lost.database.execute("select count(*) from ledger.run where as_of_date = %s", (NIGHT,)).fetchone() == (1,)
    assert there(lost) == {2}


def test_a_file_that_is_gone_is_said(nights: Kept) -> None:
    housekeeping.drop_outdated()
    nights.file_of(1).unlink()
    with connect(Role.LOADER) as connection, pytest.raises(CannotLandAgain, match="its archived file is missing"):
        cache.land_again(connection, [1])


def test_rows_that_were_put_in_the_place_of_dropped_ones_are_found(nights: Kept) -> None:
    housekeeping.drop_outdated()
    nights.tamper(f"insert into {FARMERS_TABLE} (delivery_id, row_number, nik) values (1, 2, '3579010101900001')")
    assert altered() == [f"{WHERE}: 1 rows are there, though they were dropped"]


def test_a_delivery_landed_anew_from_its_row_of_the_ledger_is_dropped_no_more(nights: Kept) -> None:
    housekeeping.drop_outdated()
    nights.tamper("delete from ledger.landing where delivery_id = 1")
    assert night.land(FARMERS) == 1
    assert there(nights) == {1, 2}
    quality.validate_feed(nights.database, find_feed(settings.FEEDS, FARMERS))
    nights.database.commit()
    assert altered() == []


def test_a_dropped_row_that_is_not_noted_was_removed(nights: Kept) -> None:
    nights.tamper(f"delete from {FARMERS_TABLE} where delivery_id = 1 and row_number = 5")
    assert altered() == [f"{WHERE}: row 5: was removed"]
    assert housekeeping.drop_outdated().deliveries == 1  # what the archive gives is what was received
    assert altered() == []


def test_a_column_declared_since_does_not_change_what_was_landed(
    nights: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    header = farmers().replace(b"kode_wilayah\n", b"kode_wilayah,no_hp\n").replace(b"1001\n", b"1001,0812\n")
    header = header.replace(b"1002\n", b"1002,\n")
    extra = deliver(nights, header, NEXT + timedelta(days=1))
    nights.publish(NEXT + timedelta(days=1))
    deliver(nights, farmers(), NEXT + timedelta(days=2))
    nights.publish(NEXT + timedelta(days=2))
    rows = landed(nights)
    assert housekeeping.drop_outdated().deliveries == 3
    declare_column(monkeypatch, tmp_path, Column(name="no_hp", header="no_hp", about="Telephone"))
    assert altered() == []
    with connect(Role.LOADER) as connection:
        assert cache.land_again(connection, [1, extra]) == 2
    again = nights.database.execute(
        f"select x_no_hp, no_hp from {FARMERS_TABLE} where delivery_id = %s order by row_number limit 1", (extra,)
    ).fetchone()
    assert again == ("0812", None)
    assert [row[: len(rows[0])] for row in landed(nights)] == [row for row in rows if row[0] != 2]


def declare_column(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, column: Column) -> Feed:
    """The same feeds, with one more column declared of the farmers."""
    shutil.copytree(settings.FEEDS, tmp_path / "feeds")
    path = tmp_path / "feeds" / "distan" / "kelompok_tani.yml"
    feed = yaml.safe_load(path.read_text())
    feed["columns"].append(json.loads(column.model_dump_json()))
    path.write_text(yaml.safe_dump(feed))
    monkeypatch.setattr(settings, "FEEDS", tmp_path / "feeds")
    night.prepare()
    return find_feed(settings.FEEDS, FARMERS)


def test_a_payer_of_dropped_rows_is_no_new_one(empty: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", "0")

    feed = find_feed(settings.FEEDS, "sipd.sp2d")

    def orders(*payers: str) -> bytes:
        found = [{**row, "sumber_dana": payer} for row, payer in zip(rows_of(feed, range(9)), payers, strict=False)]
        lines = [[column.header for column in feed.columns]]
        lines += [[row.get(column.name) or "" for column in feed.columns] for row in found]
        return "\r\n".join(map(";".join, lines)).encode("cp1252")

    def new_payers(content: bytes, on: date) -> list[str]:
        number = deliver(empty, content, on, feed.name)
        empty.publish(on)
        found = empty.database.execute(
            "select value from quality.remark join ledger.current_validation using (validation_id)"
            " where delivery_id = %s and delivery_status = 'ACCEPTED' and remark_code = 'NEW_FUNDING_SOURCE'",
            (number,),
        ).fetchall()
        empty.database.commit()
        return [value for (value,) in found]

    assert new_payers(orders("DAU", "LAMA"), NIGHT) == []
    assert new_payers(orders("DAU", "DAU"), NEXT) == []
    assert housekeeping.drop_outdated().deliveries == 1
    assert new_payers(orders("DAU", "LAMA"), NEXT + timedelta(days=1)) == []
    assert new_payers(orders("DAU", "BARU"), NEXT + timedelta(days=2)) == ["BARU"]


def test_it_waits_for_a_night_that_is_being_built(nights: Kept) -> None:
    with connect(Role.LOADER) as builder:
        builder.execute("select pg_advisory_xact_lock(hashtext('cakupan.build'))")
        with pytest.raises(steps.StepFailed, match="a night is being built"):
            housekeeping.drop_outdated()
    assert there(nights) == {1, 2}


def test_the_room_of_dropped_rows_is_used_again_and_the_index_stays_sharp(nights: Kept) -> None:
    size = "select pg_relation_size(%s), (select count(*) from landing.distan_kelompok_tani where delivery_id = 9)"
    feed = find_feed(settings.FEEDS, FARMERS)
    nights.database.execute(
        f"insert into {FARMERS_TABLE} (delivery_id, row_number, nik) select 1, n, repeat('x', 90)"
        " from generate_series(100, 40000) as n"
    )
    nights.database.commit()
    (before, _) = nights.database.execute(size, (FARMERS_TABLE,)).fetchone() or (0, 0)
    nights.database.commit()
    with connect(Role.LOADER) as connection:
        cache._delete(connection, feed, 1)
    with connect(Role.LOADER, autocommit=True) as connection:
        cache.make_room(connection, feed)
    nights.database.execute(
        f"insert into {FARMERS_TABLE} (delivery_id, row_number, nik) select 9, n, repeat('x', 90)"
        " from generate_series(100, 40000) as n"
    )
    nights.database.commit()
    (after, _) = nights.database.execute(size, (FARMERS_TABLE,)).fetchone() or (0, 0)
    assert after <= before
    # The index has forgotten who stood there, and so finds a delivery without reading the others.
    nights.database.execute("set local enable_seqscan = off")
    plan = nights.database.execute(
        f"explain (analyze, costs off, timing off) select from {FARMERS_TABLE} where delivery_id = 1"
    ).fetchall()
    assert "Bitmap Heap Scan" in plan[0][0]
    assert not any("lossy" in line for (line,) in plan)


@pytest.mark.parametrize("said", ["x", "-1", "3.5", "30 nights"])
def test_a_wrong_retention_is_told(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("CAKUPAN_LANDING_RETENTION", said)
    with pytest.raises(settings.BadSetting, match=r"CAKUPAN_LANDING_RETENTION is '.*', which is no number of nights"):
        settings.landing_retention()
