"""The page and the PDF: the same words and figures, in either language, and cells that are never markup."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from cakupan.reports import dbhcht_report, write
from cakupan.reports.content import Bar
from cakupan.reports.files import page, pdf
from cakupan.reports.paper import chart
from cakupan.reports.spelling import EMPTY, MINUS, spell


class Text(HTMLParser):
    """The text of a page and its elements."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def indonesian(figures) -> Text:
    return Text(page(dbhcht_report(figures, 2025, "id")).decode())


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(indonesian) -> None:
    assert not [tag for tag, _ in indonesian.tags if tag in {"script", "link", "img", "iframe", "object"}]
    assert not [
        value for _, attrs in indonesian.tags for name, value in attrs.items() if name in {"src", "href"} and value
    ]


def test_a_cell_is_never_markup(indonesian) -> None:
    assert '=HYPERLINK("http://x") #panic("x") <script>alert(1)</script> {{ 7*7 }}' in indonesian.text


def test_a_code_is_never_markup_although_it_may_break(figures) -> None:
    figures.orders[0]["sp2d_no"] = "<b>35_79</b>"
    written = page(dbhcht_report(figures, 2025, "id")).decode()
    assert "&lt;b&gt;35_<wbr>79&lt;/<wbr>b&gt;" in written
    assert "<b>35" not in written


def test_headings_say_their_scope_and_the_chart_says_what_it_is(indonesian) -> None:
    assert ("html", {"lang": "id"}) in indonesian.tags
    assert all(attrs.get("scope") == "col" for tag, attrs in indonesian.tags if tag == "th")
    assert next(attrs for tag, attrs in indonesian.tags if tag == "figure")["aria-label"]
    assert [tag for tag, _ in indonesian.tags].count("h1") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "id",
            ["Rp10.000.000", f"{MINUS}2.500.000", "125,00 %", "belum ada titik periksa", "14-01-2025", "… dan 4 kasus"],
        ),
        ("en", ["Rp10,000,000", f"{MINUS}2,500,000", "125.00 %", "no checkpoint yet", "2025-01-14", "… and 4 more"]),
    ],
)  # fmt: skip
def test_figures_are_written_as_the_language_does(figures, language, words) -> None:
    text = Text(page(dbhcht_report(figures, 2025, language)).decode()).text
    assert [word for word in words if word not in text] == []


def test_a_feed_that_never_came_is_named_where_its_figures_are_empty(figures, indonesian) -> None:
    reason = {"feed": "sipd.anggaran", "reason_id": "belum pernah ada kiriman X", "reason_en": "no X was ever accepted"}
    empty = {"budget_idr": None, "remaining_idr": None, "absorption_rate": None}
    changed = replace(figures, undelivered=[reason], lines=[{**one, **empty} for one in figures.lines])
    text = Text(page(dbhcht_report(changed, 2025, "id")).decode()).text
    assert text.count("belum pernah ada kiriman X") == 2
    assert "Angka kosong, bukan nol" in text
    assert "belum diketahui" in text
    assert "tanpa pagu" not in text
    assert "Angka kosong" not in indonesian.text
    assert "no X was ever accepted" in Text(page(dbhcht_report(changed, 2025, "en")).decode()).text
    assert pdf(dbhcht_report(changed, 2025, "id")).startswith(b"%PDF-")


def test_codes_that_nobody_knows_are_listed_with_their_rupiah(indonesian) -> None:
    assert "SP2D_STORED_TO_KNOWN_SOURCE: Rp8.800.000 dengan sumber dana yang tidak dikenal" in indonesian.text
    assert "Kode yang tidak dikenal" in indonesian.text
    assert "sumber_dana" in indonesian.text


def test_a_page_names_the_signed_checkpoint_and_the_moment_asked_for(figures) -> None:
    signed = {"origin": "cakupan.kota-batu", "size": 41, "root": "abc=", "signed_at": figures.published_at}
    changed = type(figures)(**{**vars(figures), "checkpoint": signed})
    text = Text(page(dbhcht_report(changed, 2025, "id", "2025-10-01T23:59:59+07:00")).decode()).text
    assert "cakupan.kota-batu · 41 · abc= · 10 September 2025 03.30 WIB" in text
    assert "1 Oktober 2025 23.59 WIB" in text


def test_paper_shows_the_first_cases_and_the_newest_deliveries(figures, indonesian) -> None:
    assert indonesian.text.count("+62 Rp16.800") == 8 + 3
    assert "1.004" in indonesian.text
    assert "1.003" not in indonesian.text
    assert "… dan 3 kiriman terdahulu di buku kerja." in indonesian.text


def test_a_worker_is_a_shortened_pseudonym(figures, indonesian) -> None:
    assert "00000007" in indonesian.text
    assert str(figures.found[0]["worker_key"]) not in indonesian.text


def test_the_pdf_is_an_accessible_one(figures) -> None:
    made = pdf(dbhcht_report(figures, 2025, "id"))
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made


def test_bars_end_at_half_beyond_the_budget() -> None:
    bars = [Bar("A & B", 0.5, ""), Bar("C", 40.0, ""), Bar("D", None, "tanpa pagu")]
    drawn = chart(bars, "id")
    widths = [float(width) for width in re.findall(r'<rect x="[\d.]+" y="\d+" width="([\d.]+)"', drawn)]
    assert widths == [150, 0, 300, 300, 150, 300]
    assert "A &amp; B" in drawn
    assert "4.000,00 %" in drawn
    assert "tanpa pagu" in drawn


def test_files_are_written_whole_or_not_at_all(figures, tmp_path, monkeypatch) -> None:
    report = dbhcht_report(figures, 2025, "id")
    names = [path.name for path in write(report, tmp_path / "new")]
    assert names == [f"dbhcht-2025-2025-09-09.{ending}" for ending in ("html", "pdf", "xlsx")]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == names


def test_empty_cells_are_dashes_and_zero_is_a_number() -> None:
    assert spell(None, "rupiah").id == spell("", "text").id == EMPTY
    assert spell(0, "rupiah").id == "0"
    assert spell(-1_234_567, "rupiah").id == f"{MINUS}1.234.567"


def test_a_pdf_is_made_in_a_process_forked_from_one_that_has_made_another(figures) -> None:
    """The forked process lacks the threads of the writer of PDFs, and would wait for them for ever."""
    report = dbhcht_report(figures, 2025, "id")
    pdf(report)
    read, write = os.pipe()
    if not (pid := os.fork()):
        signal.alarm(60)
        try:
            os.write(write, pdf(report)[:5])
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        begins = pipe.read()
    assert (os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), begins) == (0, b"%PDF-")
