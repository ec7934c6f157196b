"""The letter to an office: what was wrong, in terms of its own file, and never a cell of it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from cakupan.feeds import Feed
from cakupan.notices import Message, office_message
from cakupan.quality import release
from cakupan.quality.suite import load_suite
from tests.notices.conftest import Ledger
from tests.quality.cells_of import good_row
from tests.quality.deliveries import FEEDS, NIGHT, feed_called

RECIPIENTS = feed_called("disnaker.penerima_dbhcht")  # a workbook with sheets
SALES = feed_called("diskumdag.pelaku_usaha")  # a table
MEMBERS = feed_called("bpjstk.kepesertaan")
POSTED = feed_called("bpjstk.iuran")  # an increment
BAD_NIK = "3579019999990001"


def rows(feed: Feed, good: int, bad: int = 0, **changes: Any) -> list[dict[str, Any]]:
    """Good rows, and bad ones before them."""
    made = [good_row(feed, load_suite(feed), number, NIGHT) for number in range(good + bad)]
    return [{**row, **(changes if number < bad else {})} for number, row in enumerate(made)]


def letter(
    ledger: Ledger, agency: str, night: date = NIGHT, already_told: frozenset[str] = frozenset(), **more: Any
) -> Message:
    found = office_message(
        ledger.connection, [feed for feed in FEEDS if feed.agency == agency], night, already_told=already_told, **more
    )
    assert found is not None
    return found


def nothing(ledger: Ledger, agency: str, night: date = NIGHT, already_told: frozenset[str] = frozenset()) -> bool:
    feeds = [feed for feed in FEEDS if feed.agency == agency]
    return office_message(ledger.connection, feeds, night, already_told=already_told) is None


def test_rows_are_named_by_sheet_number_column_and_rule(ledger: Ledger) -> None:
    bad = {"nik": BAD_NIK, "sheet": "Bumiaji", "row_number": 17}
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 20, 1, **bad), NIGHT)
    told = letter(ledger, "disnaker")
    assert told.subject == "Kiriman data 9 September 2025: 1 hal perlu ditindaklanjuti · Dinas Tenaga Kerja"
    for text in (
        "penerima_dbhcht_20250909.xlsx",
        "Lembar “Bumiaji”: 17",
        "<td>NIK</td>",
        "NIK adalah NIK yang sah",
        "1 dari 21 baris",
        "Cocokkan dengan KTP",
        "kirim ulang berkas lengkap dengan nama yang sama",
    ):
        assert text in told.html, text
    assert "NIK adalah NIK yang sah" in told.text


def test_a_rejected_delivery_says_why_and_what_stays_in_force(ledger: Ledger) -> None:
    ledger.deliver(MEMBERS, rows(MEMBERS, 3), NIGHT)
    refusal = {"refusal_code": "UNREADABLE", "refusal_id": "Berkas <b>rusak</b>.", "refusal_en": "Broken <b>file</b>."}
    ledger.deliver(MEMBERS, [], NIGHT + timedelta(1), **refusal)
    told = letter(ledger, "bpjstk", NIGHT + timedelta(1))
    assert "Ditolak" in told.html
    assert "Berkas &lt;b&gt;rusak" in told.html and "Berkas <b>rusak</b>." in told.text
    assert "Data tanggal 9 September 2025 tetap berlaku" in told.html


def test_a_held_delivery_says_which_limit_it_passes(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    told = letter(ledger, "diskumdag").html
    assert "Ditahan" in told and "Isinya 10 baris" in told and "3 baris melanggar aturan" in told
    assert "kiriman ini: 30,00 %" in told
    assert f"agar kiriman nomor {number} dilepaskan" in told
    assert "Belum ada data sebelumnya" in told
    assert "perbaiki di sistem asal" in told and "kirim ulang berkas" not in told


def test_a_late_delivery_says_since_when_and_is_reminded_of_once_in_a_night(ledger: Ledger) -> None:
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 3), NIGHT - timedelta(4))
    ledger.ask(NIGHT)
    told = letter(ledger, "disnaker")
    assert "Terlambat" in told.html and "Kiriman terakhir bertanggal 5 September 2025" in told.html
    assert nothing(ledger, "disnaker", already_told=frozenset(told.topics))
    ledger.ask(NIGHT + timedelta(1))
    assert not nothing(ledger, "disnaker", NIGHT + timedelta(1), frozenset(told.topics))


@pytest.mark.parametrize("cause", ["not asked", "our own failure"])
def test_a_delivery_that_was_not_asked_for_is_not_late(ledger: Ledger, cause: str) -> None:
    ledger.ask(NIGHT, RECIPIENTS.name)
    if cause == "our own failure":
        ledger.fail(f"ingest_{RECIPIENTS.name}.take_in", NIGHT)
    assert nothing(ledger, "disnaker")


def test_an_occasional_feed_is_never_late(ledger: Ledger) -> None:
    ledger.ask(NIGHT)
    assert nothing(ledger, "bps")


def test_no_cell_is_in_a_letter(ledger: Ledger) -> None:
    secret = {"nik": BAD_NIK, "nama": "Siti Rahasia", "kode_wilayah": "bukan kode", "sheet": "Batu"}
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 10, 60, **secret), NIGHT)
    told = letter(ledger, "disnaker")
    everything = told.subject + told.text + told.html + told.attachments[0].content.decode("utf-8-sig")
    for cell in (BAD_NIK, "Siti", "bukan kode", "nama 1"):
        assert cell not in everything


def test_hostile_names_are_inert(ledger: Ledger) -> None:
    number = ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 600, 55, nik=BAD_NIK, sheet="=cmd()"), NIGHT)
    name = "<script>alert(1)</script>\r\nBcc: all@example.com {{ 7*7 }} 3579010101900001" + "x" * 300 + ".xlsx"
    ledger.connection.execute("update ledger.delivery set original_name = %s where delivery_id = %s", (name, number))
    told = letter(ledger, "disnaker")
    assert "<script" not in told.html and "&lt;script&gt;alert(1)" in told.html
    assert "\r" not in told.text + told.html and "\nBcc" not in told.text + told.html
    assert "{{ 7*7 }}" in told.html
    assert "357901010190" not in told.html + told.text
    assert "x" * 150 not in told.html + told.text
    assert "\n" not in told.subject
    sheets = {row["lembar"] for row in fix_list(told)}
    assert sheets == {"'=cmd()"}


def test_a_long_list_goes_into_an_attachment(ledger: Ledger) -> None:
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 1000, 60, nik=BAD_NIK, kode_wilayah=""), NIGHT)
    told = letter(ledger, "disnaker")
    assert ", 51 … dan 10 lain" in told.html and ", 52" not in told.html
    (attachment,) = told.attachments
    assert attachment.name == "perbaikan-disnaker-penerima_dbhcht-20250909.csv" and attachment.name in told.html
    lines = fix_list(told)
    assert [row["baris"] for row in lines] == [str(number) for number in range(2, 62) for _ in range(2)]
    assert {(row["berkas"], row["kolom"]) for row in lines} == {
        ("penerima_dbhcht_20250909.xlsx", "NIK"), ("penerima_dbhcht_20250909.xlsx", "KODE WILAYAH")
    }  # fmt: skip


def test_a_short_list_needs_none(ledger: Ledger) -> None:
    ledger.deliver(RECIPIENTS, rows(RECIPIENTS, 1000, 50, nik=BAD_NIK), NIGHT)
    told = letter(ledger, "disnaker")
    assert told.attachments == () and ", 51<" in told.html


def test_the_same_is_not_told_twice(ledger: Ledger) -> None:
    number = ledger.deliver(SALES, rows(SALES, 7, 3, nik=BAD_NIK), NIGHT)
    told = frozenset(letter(ledger, "diskumdag").topics)
    release(ledger.connection, number, "Kepala Bidang", "benar adanya")
    assert nothing(ledger, "diskumdag", already_told=told)
    ledger.deliver(SALES, rows(SALES, 9, 1, nama_pemilik=""), NIGHT)
    assert "nama_pemilik terisi" in letter(ledger, "diskumdag", already_told=told).html


def test_a_snapshot_that_a_newer_one_replaced_needs_no_mending(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 19, 1, nik=BAD_NIK), NIGHT - timedelta(1))
    ledger.deliver(SALES, rows(SALES, 20), NIGHT)
    assert nothing(ledger, "diskumdag")
    assert not nothing(ledger, "diskumdag", NIGHT - timedelta(1))


def test_every_increment_needs_mending(ledger: Ledger) -> None:
    ledger.deliver(POSTED, rows(POSTED, 19, 1, jumlah="0"), NIGHT - timedelta(1))
    ledger.deliver(POSTED, rows(POSTED, 25)[20:], NIGHT)
    assert "iuran_20250908.csv.gz" in letter(ledger, "bpjstk").html


def test_of_many_deliveries_the_oldest_are_only_named(ledger: Ledger) -> None:
    first = NIGHT - timedelta(11)
    for day in range(12):
        row = good_row(POSTED, load_suite(POSTED), day, first) | {"jumlah": "0"}
        ledger.land(POSTED, [row], first + timedelta(day))
    ledger.validate(POSTED)
    told = letter(ledger, "bpjstk")
    assert "12 hal" in told.subject and len(told.topics) == 12
    assert told.html.count("<h2>") == 10 + 1
    older = told.html.partition("Kiriman lebih lama")[2]
    assert "iuran_20250829.csv.gz" in older and "iuran_20250830.csv.gz" in older
    assert "iuran_20250831.csv.gz" not in older and "iuran_20250831.csv.gz" in told.html


def test_english_by_a_switch(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 19, 1, nik=BAD_NIK), NIGHT)
    ledger.ask(NIGHT)
    told = letter(ledger, "diskumdag", language="en")
    for text in ("Data deliveries of 9 September 2025", "nik is a valid NIK", "1 of 20 rows", "Nothing has come"):
        assert text in told.html, text
    for text in ("Kiriman", "baris", "Selanjutnya"):
        assert text not in told.html, text


def fix_list(told: Message) -> list[dict[str, str]]:
    (attachment,) = told.attachments
    return list(csv.DictReader(io.StringIO(attachment.content.decode("utf-8-sig")), delimiter=";"))
