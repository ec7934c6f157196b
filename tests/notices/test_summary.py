"""What the data team is told: published or not, what failed, what to decide, what is late since when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cakupan import for_readers, settings
from cakupan.database import Role, connect
from cakupan.for_readers import marts_due
from cakupan.notices import Message, late_marts_message, summary_message
from tests.cli.test_morning import FIGURES
from tests.notices.conftest import Ledger, Post
from tests.notices.test_office import BAD_NIK, RECIPIENTS, SALES, rows
from tests.quality.deliveries import FEEDS, NIGHT


def summary(
    ledger: Ledger, since: datetime | None = None, already_told: frozenset[str] = frozenset(), **more: Any
) -> Message:
    return summary_message(
        ledger.connection, NIGHT, since or datetime(2025, 1, 1, tzinfo=UTC), already_told=already_told, **more
    )


def test_a_published_night(ledger: Ledger) -> None:
    ledger.publish(NIGHT)
    told = summary(ledger)
    assert told.subject == "Cakupan 2025-09-09: published"
    assert "Readers see it since" in told.html
    assert told.recipient == "data_team"


def test_an_earlier_publication_of_the_night_is_not_this_attempts(ledger: Ledger) -> None:
    ledger.publish(NIGHT)
    told = summary(ledger, since=datetime.now(UTC) + timedelta(seconds=1))
    assert "NOT PUBLISHED" in told.subject
    assert "readers still see the one of" in told.html
    assert told.topics != summary(ledger).topics


def test_what_is_held_comes_with_the_command_and_what_is_late_with_its_date(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 3), NIGHT - timedelta(4))
    ledger.ask(NIGHT)
    told = summary(ledger)
    late = sum(feed.cadence != "occasional" for feed in FEEDS)
    assert told.subject == f"Cakupan 2025-09-09: NOT PUBLISHED · 1 held, {late - 1} late"
    for text in (f"cakupan release {number} --by WHO --why GROUNDS", "3 of 10 rows (30 %)"):
        assert text in told.html, text
    assert "That of 2025-09-05 (4 days old) stays in force; on it rest: audit_findings" in told.html
    assert f"cakupan release {number}" in told.text
    assert f"late: {RECIPIENTS.name}, since 2025-09-09 (1 night): no whole delivery was there" in told.text
    assert "then run the night again. That of 2025-09-05" in told.text
    assert BAD_NIK not in told.html + told.text


def test_refused_is_not_forgotten(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 10), NIGHT - timedelta(3))
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT - timedelta(2))
    for days in (3, 2, 1, 0):
        ledger.ask(NIGHT - timedelta(days))
    told = summary(ledger)
    for text in (
        f"late: {SALES.name}, since 2025-09-07 (3 nights): no whole delivery was there when asked for.",
        " That of 2025-09-06 (3 days old) stays in force;"
        " on it rest: commitment_progress (diskumdag), coverage_by_agency (diskumdag).",
        f"  held: Delivery {SALES.name} 2025-09-07 (pelaku_usaha_20250907.csv) is held. 3 of 10 rows (30 %)",
        f"  to decide: cakupan release {number} --by WHO --why GROUNDS",
    ):
        assert text in told.text, text
    assert "3 of 10 rows (30 %)" in told.html
    ledger.deliver(SALES, rows(SALES, 10), NIGHT)
    assert SALES.name not in summary(ledger).text


def test_what_holds_nothing_is_told_to_the_data_team(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    ledger.connection.execute(
        "insert into quality.remark select validation_id, 'TOTAL_DISAGREES', null, null, 1, null, 'jumlah', '<total>'"
        " from ledger.validation where delivery_id = %s",
        (number,),
    )
    ledger.publish(NIGHT)
    with connect(Role.TRANSFORMER) as builder:
        builder.execute(
            "create table warehouse.unmapped_codes as select run_id, 'sipd.sp2d' as feed, 'payer' as column_name,"
            " 'XYZ' as code, 2::bigint as rows, 1500000::bigint as amount_idr, date '2025-09-07' as since_on"
            " from ledger.published"
        )
    told = summary(ledger)
    assert f"noticed: {SALES.name} of 2025-09-09: <total>" in told.text and "&lt;total&gt;" in told.html
    assert "unknown code: sipd.sp2d, payer 'XYZ': 2 rows, Rp1,500,000, since 2025-09-07" in told.text
    assert "<code>XYZ</code>" in told.html


def test_it_begins_with_the_figures_what_they_changed_by_and_a_link(ledger: Ledger) -> None:
    ledger.publish(NIGHT)
    told = summary(ledger, figures=FIGURES, pages="https://batu.example/?a&b")
    assert told.text.splitlines()[1:6] == [
        "Workforce (SAKERNAS): 1,216 of 2,600 (46.8 %), +3 since 2025-09-09.",
        "Target 1,684: 468 to go. The sectors' gaps add up to 572, because 104 participants beyond the targets of"
        " 2 sectors fill no other sector's gap.",
        "DBHCHT 2025: budget Rp9,000,000,036, disbursed Rp8,100,000,000 (90.0 %), posted Rp7,200,000,000,"
        " not posted Rp899,999,964.",
        "Findings: 78, +12 since 2025-09-09.",
        "pages: https://batu.example/?a&b",
    ]
    assert "<li>Findings: 78" in told.html and 'href="https://batu.example/?a&amp;b"' in told.html
    assert "pages:" not in summary(ledger).text


def test_what_was_refused_says_why(ledger: Ledger) -> None:
    ledger.land(SALES, [], NIGHT, refusal_code="UNREADABLE", refusal_id="rusak", refusal_en="the sheet <b> is broken")
    ledger.validate(SALES)
    told = summary(ledger)
    line = next(line for line in told.text.splitlines() if line.startswith(f"rejected: {SALES.name}"))
    assert "the sheet <b> is broken" in line and "Nothing was ever accepted" in line
    assert "the sheet &lt;b&gt; is broken" in told.html


def test_failures_are_told_once(ledger: Ledger) -> None:
    ledger.fail(f"ingest_{SALES.name}.take_in", NIGHT, "<b>no</b> connection")
    told = summary(ledger)
    assert "&lt;b&gt;no&lt;/b&gt; connection" in told.html and "1 failed" in told.subject
    assert "ingest_diskumdag" in told.text
    assert "<h2>Failed</h2>" in told.html
    assert "<h2>Failed</h2>" not in summary(ledger, already_told=frozenset(told.topics)).html
    assert "<b>no</b> connection. Nothing was ever accepted" in told.text


def test_a_feed_that_was_mended_since_is_not_failed(ledger: Ledger) -> None:
    ledger.fail(f"ingest_{SALES.name}.take_in", NIGHT)
    ledger.ask(NIGHT)
    assert "failed" not in summary(ledger).subject


def test_mail_that_could_not_be_sent_is_told(ledger: Ledger) -> None:
    ledger.connection.execute(
        "insert into ledger.notification (as_of_date, recipient, topics, subject, file_name, state, detail)"
        " values (%s, 'sipd', '{a}', 's', '2025-09-09-sipd.html', 'FAILED', 'Connection refused')",
        (NIGHT,),
    )
    told = summary(ledger)
    assert "could not be sent" in told.html and "Connection refused" in told.html
    assert "could not be sent: 2025-09-09-sipd.html (Connection refused)" in told.text


def test_marts_that_are_due_and_not_there(ledger: Ledger) -> None:
    ledger.ask(NIGHT, "sipd.sp2d")
    due = marts_due(NIGHT)
    assert due.astimezone(UTC) == datetime(2025, 9, 8, 22, 0, tzinfo=UTC)
    told = late_marts_message(ledger.connection, NIGHT, due)
    assert told and "not done: sipd.sp2d" in told.text
    assert "They were due at 2025-09-09 05:00 WIB" in told.html and "<p>sipd.sp2d</p>" in told.html
    ledger.publish(NIGHT)
    assert late_marts_message(ledger.connection, NIGHT, due) is None


def test_it_speaks_indonesian_as_well(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    ledger.ask(NIGHT)
    told = summary(ledger, figures=FIGURES, language="id")
    assert told.subject.startswith("Cakupan 2025-09-09: TIDAK TERBIT")
    for text in (
        f"perlu keputusan: cakupan release {number} --by SIAPA --why ALASAN",
        "3 dari 10 baris (30 %)",
        "Temuan: ",
    ):
        assert text in told.text, text
    assert '<html lang="id">' in told.html
    assert "Malam 9 September 2025: tidak terbit" in told.html
    late = late_marts_message(ledger.connection, NIGHT, marts_due(NIGHT), language="id")
    assert late is not None
    assert "dan belum terbit" in late.text


@pytest.mark.parametrize(("language", "says"), [("id", "dan belum terbit"), ("en", "and are not published")])
def test_the_night_writes_in_the_language_that_commands_speak(
    ledger: Ledger, outbox: Path, monkeypatch: pytest.MonkeyPatch, language: str, says: str
) -> None:
    outbox.mkdir()
    monkeypatch.setenv("CAKUPAN_LANGUAGE", language)
    assert says in Path(for_readers.tell_late_marts(NIGHT, Post())).read_text()


@pytest.mark.unit
@pytest.mark.parametrize("name", ["summary.html.j2", "summary.txt.j2", "late_marts.html.j2", "late_marts.txt.j2"])
def test_what_its_templates_say_is_chosen_by_the_language(name: str) -> None:
    template = (settings.PROJECT / "src/cakupan/notices" / name).read_text()
    bare = re.sub(
        r"<style>.*?</style>|<code>cakupan status.*?</code>|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", template, flags=re.S
    )
    assert set(re.findall(r"[^\W\d_]+", bare)) <= {"cakupan", "release", "by", "why", "Rp", "warehouse"}
