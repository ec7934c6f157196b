"""What a trace looks like on paper: nothing that stands in a file of others steers the reader's program."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from cakupan.invisible import spelled_out
from cakupan.trace.document import as_html, as_json
from cakupan.trace.reading import Trace
from cakupan.trace.terminal import print_trace
from cakupan.trace.tree import Address, File, Landed, Node, group
from cakupan.trace.words import WORDS, shown
from cakupan.trace.workbook import cell, write_workbook

HOSTILE = {
    "markup": "[bold red]merah[/]",
    "html": "<script>alert(1)</script>",
    "escape": "\x1b[2Jhapus",
    "formula": '=HYPERLINK("http://x")',
    "plus": "+62812",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "direction": "abc\u202ecba",
    "minus": "-1500",
    "spelled": "-1.500,00",
}


@pytest.fixture
def trace() -> Trace:
    file = File(7, "sipd.sp2d", date(2025, 9, 9), datetime.now(UTC), "<b>sp2d\x1b.csv", "a" * 64, "/archive/aa", False)
    address = Address(7, "Le<i>mbar", 12)
    end = Node("contribution", "[u]1[/]", {"amount_idr": -1500}, address=address, landed=Landed(address, file, HOSTILE))
    lost = Node("contribution", "2", address=Address(7, "", 13))
    return Trace(
        date(2025, 9, 9), 3, Node("sp2d", "<S/1>", {}, [group("contributions", [end, lost], 40)]), False, False
    )


def printed(trace: Trace, lang: str = "id") -> str:
    out = io.StringIO()
    print_trace(trace, Console(file=out, width=400), lang)
    return out.getvalue()


def test_a_terminal_shows_hostile_cells_as_they_are(trace: Trace) -> None:
    text = printed(trace)
    assert "[bold red]merah[/]" in text
    assert "\\u001b[2Jhapus" in text
    assert not {"\x1b", "\u202e", "\t"} & set(text)


def test_a_terminal_tells_what_is_left_out_and_what_is_missing(trace: Trace) -> None:
    text = printed(trace)
    assert "38 lagi" in text
    assert "BARIS TIDAK DITEMUKAN: 7::13" in text
    assert "BERKAS TIDAK ADA DALAM ARSIP" in text
    assert "38 more" in printed(trace, "en")


def test_a_page_shows_hostile_cells_as_text(trace: Trace) -> None:
    page = as_html(trace, "id")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<i>mbar" not in page
    assert "<b>sp2d" not in page
    assert "\x1b" not in page


def test_json_holds_the_cells_as_received(trace: Trace) -> None:
    told = json.loads(as_json(trace))
    (first, lost) = told["trace"]["children"][0]["children"]
    assert first["row"]["as_received"] == HOSTILE
    assert first["address"] == "7:Le<i>mbar:12"
    assert lost["row"]["as_received"] is None
    assert told["trace"]["children"][0]["left_out"] == 38


def test_no_cell_of_a_workbook_is_a_formula_and_negative_numbers_stay_numbers(trace: Trace, tmp_path: Path) -> None:
    path = tmp_path / "trace.xlsx"
    write_workbook(trace, path, "id")
    book = openpyxl.load_workbook(path)
    cells = [one for sheet in book for row in sheet.iter_rows() for one in row if one.value is not None]
    assert {one.data_type for one in cells} <= {"s", "n", "d"}
    texts = {one.value for one in cells if one.data_type == "s"}
    assert not [text for text in texts if text[0] in "=+@\t\r" or (text[0] == "-" and text != "-1.500,00")]
    sheet = book["sipd.sp2d"]
    row = dict(zip((one.value for one in sheet[1]), (one.value for one in sheet[2]), strict=True))
    assert row["minus"] == -1500
    assert row["formula"].startswith("'=")
    assert row["tab"].startswith("'")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("value", [-5, "-5"])
def test_a_negative_number_is_a_number(value: object) -> None:
    assert cell(value) == -5


@pytest.mark.parametrize("value", ["-5+1", "=1", "+1", "@x", "\tx", "\rx", "-cmd"])
def test_what_begins_like_a_formula_is_text(value: str) -> None:
    assert cell(value).startswith("'")


@pytest.mark.parametrize("word", ["12:Batu:7", "12::7", "12:a:b:7"])
def test_an_address_is_spelled_as_it_is_read(word: str) -> None:
    assert str(Address.parse(word)) == word


def test_every_word_is_in_both_languages() -> None:
    assert all(both.id.strip() and both.en.strip() for both in WORDS.values())
    assert all(both.id.count("{}") == both.en.count("{}") for both in WORDS.values())


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert (shown(1234567, "id"), shown(1234567, "en")) == ("1.234.567", "1,234,567")
    assert shown("IN_LINEAGE", "en") == "IN_LINEAGE (in the lineage)"
    assert spelled_out("a\u00a0b\nc") == "a\\u00a0b\\u000ac"
