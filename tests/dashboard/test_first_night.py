"""Pages of a night on which little was ever delivered: no figure is made up, and no page is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cakupan import settings
from cakupan.dashboard import write_pages
from cakupan.dashboard.figures import Figures
from cakupan.feeds import load_feeds
from cakupan.quality.report import FeedLine
from tests.dashboard.reading import read

NIGHT = date(2025, 9, 9)
FEEDS = load_feeds(settings.FEEDS)
NOTHING = Figures(
    night=NIGHT, run_id=1, published_at=datetime(2025, 9, 9, 1, tzinfo=UTC), year=2025, before=None, month_began=None,
    nights=[], totals={NIGHT: dict.fromkeys(("disbursed_idr", "posted_idr", "remaining_idr"), None) | {"findings": 0}},
    sectors=[], sources=[], rosters=[], categories=[], regions=[], districts=[], lapses=[], lapse_months=[],
    commitments=[], aid=[], outreach=[], projects=[], agencies={}, lines=[], skpd={}, protection=[], findings=[],
    tariff={"amount_idr": None, "legal_basis": None}, in_force={}, months_of_feeds=[], answers=[],
)  # fmt: skip
UNCOUNTED = {
    "as_of_date": NIGHT, "denominator_code": "SAKERNAS", "denominator": None, "denominator_source": "BPS",
    "active_participants": None, "coverage_rate": None, "gap_to_target": None, "active_participants_hidden": False,
    "target_participants": None, "jakon_headcount": None, "outside_city_participants": None,
    "outside_city_participants_hidden": False,
}  # fmt: skip


@pytest.mark.parametrize("figures", [NOTHING, replace(NOTHING, nights=[UNCOUNTED])])
def test_what_nobody_counted_is_a_dash_and_not_0(figures: Figures, tmp_path: Path) -> None:
    lines = [FeedLine(feed, "LATE", {}) for feed in FEEDS]
    page = read(write_pages(figures, lines, FEEDS, tmp_path / "dashboard"))
    assert set(page.sections["cakupan"].figures.values()) <= {"\N{EN DASH}"}
    assert not re.search(r"\b0 (peserta|orang|tenaga)", page.sections["cakupan"].text)
    assert f"{len(FEEDS)} kiriman terlambat" in page.sections["perhatian"].text
    assert "belum pernah" in read(tmp_path / "dashboard/mutu-data.html").sections["kiriman"].text


def test_the_pages_are_put_in_place_whole(tmp_path: Path) -> None:
    folder = tmp_path / "dashboard"
    write_pages(NOTHING, [], FEEDS, folder)
    (folder / "of-an-earlier-night.html").touch()
    (folder.with_name(".dashboard.draft")).mkdir()  # of a night that was killed
    write_pages(NOTHING, [], FEEDS, folder)
    assert not (folder / "of-an-earlier-night.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["dashboard"]


def test_a_page_loads_and_runs_nothing_but_its_own(tmp_path: Path) -> None:
    write_pages(NOTHING, [], FEEDS, tmp_path / "dashboard")
    for page in (tmp_path / "dashboard").rglob("*.html"):
        text = page.read_text()
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        said = dict(part.split(maxsplit=1) for part in policy.split("; "))
        assert said["default-src"] == "'none'" and said["script-src"] == said["style-src"] == "'self'"
        runs = [script for script in re.findall("<script[^>]*>", text) if "application/json" not in script]
        assert all(" src=" in script for script in runs), page.name
        assert not re.search(r"<[^>]+\s(on[a-z]+|style)=", text), page.name


def test_text_of_an_office_cannot_become_markup(tmp_path: Path) -> None:
    row = {
        "as_of_date": NIGHT, "agency_code": "distan", "commitment": "</script><b>x", "indicator": "<i>", "target": 1,
        "actual": None, "actual_hidden": False, "progress": None, "due_date": NIGHT,
    }  # fmt: skip
    write_pages(replace(NOTHING, commitments=[row]), [], FEEDS, tmp_path / "dashboard")
    text = (tmp_path / "dashboard/perangkat-daerah.html").read_text()
    assert "&lt;/script&gt;&lt;b&gt;x" in text and "<b>x" not in text
