"""`cakupan status`: how each feed stands on a night, before, while and after it runs."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from rich.console import Console

from cakupan.cli import status
from cakupan.cli.printing import Format
from cakupan.database import Role, connect
from cakupan.landing import room
from cakupan.notices import feed_states
from tests.notices.conftest import Ledger
from tests.notices.test_office import BAD_NIK, RECIPIENTS, SALES, rows
from tests.quality.deliveries import FEEDS, NIGHT, feed_called

NEXT = NIGHT + timedelta(1)
POSTED = feed_called("bpjstk.iuran")  # an increment
WORKFORCE = feed_called("bps.angkatan_kerja")  # occasional


@pytest.fixture
def ledger(database: psycopg.Connection[Any]) -> Ledger:
    known = Ledger(database)
    known.know_feeds()
    return known


def printed(night: date, width: int = 140) -> str:
    out = Console(file=io.StringIO(), width=width)
    status.show(out, night)
    return out.file.getvalue()  # type: ignore[attr-defined]


def line(text: str, feed: str) -> list[str]:
    return next(line for line in text.splitlines() if line.startswith(feed)).split()


def state(ledger: Ledger, feed: str, night: date) -> str:
    return next(one.state for one in feed_states(ledger.connection, night) if one.name == feed)


def test_a_line_has_what_came_when_how_old_it_is_what_is_in_force_and_what_comes_next(ledger: Ledger) -> None:
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 19, 1, nik=BAD_NIK), NIGHT)
    ledger.deliver(SALES, rows(SALES, 20), NIGHT)
    ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NEXT)
    ledger.ask(NEXT)
    text = printed(NEXT)
    received = ["2025-09-09", *line(text, RECIPIENTS.name)[3:5]]
    assert line(text, RECIPIENTS.name) == [
        RECIPIENTS.name, "LATE", *received, "1", "20", "19", "1", "0", "2025-09-09", "2025-09-11"
    ]  # fmt: skip
    assert line(text, SALES.name)[1:3] == ["HELD", "2025-09-10"]
    assert line(text, SALES.name)[-2:] == ["2025-09-09", "2025-09-11"]
    assert line(text, "sipd.sp2d")[1:3] == ["LATE", "-"]
    assert line(text, WORKFORCE.name)[1] == "UNCHANGED"
    assert line(text, WORKFORCE.name)[-2:] == ["on", "change"]


def test_a_narrow_terminal_shows_the_columns_that_matter_whole(ledger: Ledger) -> None:
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 19, 1, nik=BAD_NIK), NIGHT)
    ledger.ask(NEXT)
    assert line(printed(NEXT, 100), RECIPIENTS.name) == [
        RECIPIENTS.name, "LATE", "2025-09-09", "1", "20", "19", "1", "2025-09-09"
    ]  # fmt: skip
    assert line(printed(NEXT, 80), RECIPIENTS.name) == [RECIPIENTS.name, "LATE", "2025-09-09", "19", "2025-09-09"]
    assert "…" not in printed(NEXT, 80)


def test_at_any_width_no_date_is_cut(ledger: Ledger) -> None:
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 19, 1, nik=BAD_NIK), NIGHT)
    for width in range(76, 150):
        lines = printed(NEXT, width).splitlines()
        assert max(len(line) for line in lines if line.startswith(("feed", *(feed.name for feed in FEEDS)))) <= width
        assert "…" not in "".join(lines) and line("\n".join(lines), RECIPIENTS.name)[2] == str(NIGHT)


def test_another_program_gets_it_as_json_or_csv(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    status.show(Console(), NIGHT, Format.JSON)
    told = json.loads(capsys.readouterr().out)
    (feed,) = [feed for feed in told["feeds"] if feed["feed"] == SALES.name]
    assert (feed["state"], feed["delivered_rows"], feed["business_date"]) == ("HELD", 10, str(NIGHT))
    (held,) = told["needs_attention"]
    assert held["held_deliveries"] == [number] and "3 of 10 rows (30 %)" in held["why"]
    status.show(Console(), NIGHT, Format.CSV)
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(lines) == len(FEEDS) and {line["owner"] for line in lines if line["feed"] == SALES.name} == {SALES.owner}


def test_it_speaks_indonesian_when_told_to(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "id")
    text = printed(NIGHT)
    assert f"DITAHAN {SALES.name}, sejak 2025-09-09 (1 malam): " in text and "Belum ada yang pernah diterima" in text


def test_what_is_held_says_why_and_whatever_a_file_is_called_is_printed_as_it_is(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    ledger.connection.execute("update ledger.delivery set original_name = E'[red]a\\nb[/]'")
    ledger.connection.commit()
    text = printed(NIGHT)
    reason = next(line for line in text.splitlines() if line.startswith("HELD diskumdag"))
    assert "[red]a" in reason and "b[/]" in reason
    assert reason.endswith(f"cakupan release {number} --by WHO --why GROUNDS.")


def test_what_is_amiss_says_since_when_and_what_rests_on_the_old_delivery(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 10), NIGHT - timedelta(3))
    ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT - timedelta(2))
    for days in (3, 2, 1, 0):
        ledger.ask(NIGHT - timedelta(days))
    text = printed(NIGHT)
    place = text.index(f"LATE {SALES.name}, since 2025-09-07 (3 nights): no whole delivery")
    assert "\n  HELD: Delivery diskumdag.pelaku_usaha 2025-09-07 (pelaku_usaha_20250907.csv) is held." in text[place:]
    rests = "That of 2025-09-06 (3 days old) stays in force; on it rest: commitment_progress (diskumdag), coverage_by"
    assert f"\n  {rests}" in text[place:]
    assert f"HELD {SALES.name}, since 2025-09-07 (1 night): Delivery " in printed(NIGHT - timedelta(2))


def test_a_disk_that_will_be_full_before_long_is_told(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A night of 40 MB took three times that in the database: with what is free it goes on for three nights."""
    for night, megabytes in ((NIGHT, 40), (NEXT, 40), (NIGHT - timedelta(30), 400)):
        ledger.deliver(SALES, rows(SALES, 20), night)
        ledger.connection.execute(
            "update ledger.delivery set size_bytes = %s where business_date = %s", (megabytes << 20, night)
        )
    ledger.connection.commit()
    monkeypatch.setattr(room, "LAST_NIGHTS", 2)
    monkeypatch.setattr(room, "GROWTH", room.GROWTH.replace("pg_database_size(current_database())", f"{3 * 480 << 20}"))
    free = iter([500 << 20, 900 << 20] * 3)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, next(free)))
    warning = "The disk has room for 3 more nights only"
    assert warning in printed(NEXT)
    status.show(Console(), NEXT, Format.JSON)
    assert json.loads(capsys.readouterr().out)["room"] == {"free_bytes": 500 << 20, "nights": 3}
    monkeypatch.setenv("CAKUPAN_LANGUAGE", "id")
    assert "Ruang disk hanya cukup untuk 3 malam lagi" in printed(NEXT)
    monkeypatch.undo()
    assert "more nights only" not in printed(NEXT)


def test_an_occasional_feed_that_was_refused_before_is_not_unchanged(ledger: Ledger) -> None:
    ledger.land(WORKFORCE, [], NIGHT, refusal_code="UNREADABLE", refusal_id="rusak", refusal_en="broken")
    ledger.validate(WORKFORCE)
    ledger.ask(NIGHT)
    ledger.ask(NEXT)
    assert f"REJECTED {WORKFORCE.name}, since 2025-09-09 (2 nights): Delivery " in printed(NEXT)
    assert "Nothing was ever accepted; what needs it is empty in: coverage_by_sector, universal_coverage" in printed(
        NEXT
    )


def test_an_increment_that_was_refused_is_missing_until_it_is_mended(ledger: Ledger) -> None:
    ledger.land(POSTED, [], NIGHT, refusal_code="UNREADABLE", refusal_id="rusak", refusal_en="broken")
    ledger.land(POSTED, rows(POSTED, 3), NEXT)
    ledger.validate(POSTED)
    ledger.ask(NIGHT)
    ledger.ask(NEXT)
    assert state(ledger, POSTED.name, NEXT) == "ACCEPTED"
    assert f"REJECTED {POSTED.name}, since 2025-09-09 (2 nights): Delivery " in printed(NEXT)
    assert "What is in force reaches to 2025-09-10; it is in: audit_findings" in printed(NEXT)


def test_an_occasional_feed_that_never_came_is_told(ledger: Ledger) -> None:
    ledger.ask(NIGHT)
    text = printed(NIGHT)
    assert f"MISSING {WORKFORCE.name}, since 2025-09-09 (1 night): it was never delivered." in text
    ledger.deliver(WORKFORCE, rows(WORKFORCE, 3), NIGHT)
    assert f"MISSING {WORKFORCE.name}" not in printed(NIGHT)


def test_what_holds_nothing_is_shown_with_its_feed(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    ledger.connection.execute(
        "insert into quality.remark select validation_id, 'TOTAL_DISAGREES', null, null, 1, null, 'jumlah', 'the total'"
        " from ledger.validation where delivery_id = %s",
        (number,),
    )
    ledger.connection.execute(
        "insert into ledger.ignored (agency, feed, name, reason_code, reason_id, reason_en, as_of_date)"
        " values ('sipd', 'sp2d', E'sp2d\\n3579010101900001.CSV', 'NAME', 'nama', 'the ending is not csv', %s)",
        (NIGHT,),
    )
    ledger.connection.commit()
    text = printed(NIGHT)
    assert f"NOTICED {SALES.name} of 2025-09-09: the total\n" in text
    assert "NOT TAKEN sipd.sp2d, file 'sp2d" in text and "the ending is not csv\n" in text
    assert "3579010101900001" not in text
    assert "NOTICED" in printed(NEXT)  # the delivery is in force
    ledger.deliver(SALES, rows(SALES, 3), NEXT)
    assert "NOTICED" not in printed(NEXT) and "NOT TAKEN" not in printed(NEXT)


def test_codes_that_nobody_knows_are_shown_with_their_weight(ledger: Ledger) -> None:
    ledger.publish(NIGHT)
    with connect(Role.TRANSFORMER) as builder:
        builder.execute(
            "create table warehouse.unmapped_codes as select run_id, 'sipd.sp2d' as feed, 'payer' as column_name,"
            " 'XYZ' as code, 2::bigint as rows, 1500000::bigint as amount_idr, date '2025-09-07' as since_on"
            " from ledger.published"
        )
    text = printed(NIGHT)
    assert "UNKNOWN CODE sipd.sp2d, payer 'XYZ': 2 rows, Rp1,500,000, since 2025-09-07" in text
    assert "UNKNOWN CODE" not in printed(NEXT)


def test_states_before_while_and_after_a_night_asks(ledger: Ledger) -> None:
    assert state(ledger, SALES.name, NIGHT) == "AWAITED"
    ledger.land(SALES, rows(SALES, 3))
    assert state(ledger, SALES.name, NIGHT) == "ARRIVED"
    ledger.validate(SALES)
    assert state(ledger, SALES.name, NIGHT) == "ACCEPTED"
    ledger.fail(f"ingest_{RECIPIENTS.name}.archive", NIGHT)
    assert state(ledger, RECIPIENTS.name, NIGHT) == "FAILED"
    ledger.ask(NIGHT)
    assert state(ledger, RECIPIENTS.name, NIGHT) == "LATE"
    assert state(ledger, WORKFORCE.name, NIGHT) == "UNCHANGED"


def test_another_feeds_failure_is_not_this_ones(ledger: Ledger) -> None:
    ledger.fail("ingest_bpjstk.iuran.archive", NIGHT)
    states = {one.name for one in feed_states(ledger.connection, NIGHT) if one.state == "FAILED"}
    assert states == {"bpjstk.iuran"}


def test_it_tells_whether_the_night_is_published_or_being_built(ledger: Ledger) -> None:
    assert "not published" in printed(NIGHT)
    ledger.connection.execute("insert into ledger.run (as_of_date) values (%s)", (NIGHT,))
    ledger.connection.commit()
    assert "not published; being built since" in printed(NIGHT)
    ledger.publish(NIGHT)
    assert "\npublished 20" in printed(NIGHT)


def test_the_newest_night_is_one_that_was_begun(ledger: Ledger) -> None:
    assert status.newest_night() is None
    ledger.publish(NIGHT)
    ledger.fail("ingest_sipd.sp2d.archive", NEXT)
    assert status.newest_night() == NEXT


def test_watching_looks_again_until_interrupted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile = iter([lambda: ledger.ask(NIGHT), interrupted])
    monkeypatch.setattr(status.time, "sleep", lambda _: next(meanwhile)())
    out = Console(file=io.StringIO(), width=140, force_terminal=True)
    status.watch(out, NIGHT)
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert text.index("AWAITED") < text.index("LATE")


def interrupted() -> None:
    raise KeyboardInterrupt
