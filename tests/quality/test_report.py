"""The page about a night: complete, in two languages, self-contained, without a cell of any row."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

from cakupan.quality.report import night_report, write_night_report
from cakupan.quality.suite import load_suite
from tests.quality.cells_of import good_row
from tests.quality.deliveries import FEEDS, NIGHT, Warehouse, feed_called

ROSTER = feed_called("diskumdag.pelaku_usaha")
JAKON = feed_called("bpjstk.jakon")
REGULASI = feed_called("hukum.regulasi")


class Reader(HTMLParser):
    """Collects the text and whatever would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(warehouse: Warehouse) -> str:
    bad = [{**good_row(ROSTER, load_suite(ROSTER), n, NIGHT), "nik": "3579019999990001"} for n in range(3)]
    good = [good_row(ROSTER, load_suite(ROSTER), n, NIGHT) for n in range(3, 10)]
    warehouse.land(ROSTER, bad + good)
    warehouse.land(JAKON, [], refusal_code="UNREADABLE", refusal_id="Berkas <b>rusak</b>.", refusal_en="Broken file.")
    regulation = good_row(REGULASI, load_suite(REGULASI), 1, NIGHT)
    warehouse.land(REGULASI, [regulation, regulation])
    for feed in (ROSTER, JAKON, REGULASI):
        warehouse.validate(feed)
    return night_report(warehouse.connection, FEEDS, NIGHT)


def test_everything_is_on_the_page(warehouse: Warehouse) -> None:
    html = page(warehouse)
    for text in (
        "QUARANTINE_SHARE" not in html and "masuk karantina; batasnya 10 %",
        "diskumdag.pelaku_usaha.nik.valid",
        "NIK yang sah",
        "is a valid NIK",
        "Broken file.",
        "9 September 2025",
    ):
        assert text and text in html
    assert html.count('class="state accepted"') == 1
    assert html.count('class="state held"') == html.count('class="state rejected"') == 2
    due = [feed for feed in FEEDS if feed.cadence != "occasional"]
    assert html.count('class="state late"') == 2 * (len(due) - 3)


def test_it_is_well_formed_and_fetches_nothing(warehouse: Warehouse) -> None:
    html, reader = page(warehouse), Reader()
    reader.feed(html)
    assert (reader.open, reader.fetched) == ([], [])
    assert "url(" not in html and "@import" not in html and "<script" not in html
    assert "&lt;b&gt;rusak" in html


def test_both_languages_say_as_much(warehouse: Warehouse) -> None:
    html = page(warehouse)
    assert len(re.findall('<span lang="id">', html)) == len(re.findall('<span lang="en">', html)) > 50


def test_no_cell_is_on_the_page(warehouse: Warehouse) -> None:
    html = page(warehouse)
    assert "357901999999" not in html and "nama_pemilik 1" not in html


def test_what_is_late_stays_in_force_with_its_date(warehouse: Warehouse) -> None:
    warehouse.land(ROSTER, [good_row(ROSTER, load_suite(ROSTER), 1, NIGHT)])
    warehouse.validate(ROSTER)
    html = night_report(warehouse.connection, FEEDS, NIGHT + timedelta(2))
    assert html.count("kiriman tanggal 2025-09-09 tetap berlaku") == 1
    assert html.count("the delivery of 2025-09-09 stays in force") == 1
    assert "belum ada yang berlaku" in html


def test_it_is_written_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    write_night_report(warehouse.connection, FEEDS, NIGHT, tmp_path / "mutu.html")
    assert [path.name for path in tmp_path.iterdir()] == ["mutu.html"]
    assert "Semua kiriman" in (tmp_path / "mutu.html").read_text(encoding="utf-8")
