"""What an old or missing delivery touches: the published figures that rest on its feed."""

from __future__ import annotations

import pytest

from cakupan import settings
from cakupan.feeds import load_feeds
from cakupan.lineage.figures import figures


@pytest.mark.parametrize(
    ("feed", "resting"),
    [
        ("perkim.tenaga_lapangan", ["commitment_progress (perkim)", "coverage_by_agency (perkim)"]),
        ("diskumdag.sosialisasi", ["outreach_conversion"]),
        ("bps.angkatan_kerja", ["coverage_by_sector", "universal_coverage"]),
        ("hukum.regulasi", ["commitment_progress"]),
        ("not.declared", []),
    ],
)
def test_what_rests_on_a_feed(feed: str, resting: list[str]) -> None:
    assert figures().resting_on(feed) == resting


def test_memberships_carry_all_coverage_and_contributions_the_lapse_calendar() -> None:
    coverage = {name for name in figures().marts if name.startswith("coverage_by_")} | {"universal_coverage"}
    assert coverage <= set(figures().resting_on("bpjstk.kepesertaan"))
    assert "lapse_calendar" in figures().resting_on("bpjstk.iuran")


def test_every_feed_is_behind_some_figure() -> None:
    assert [feed.name for feed in load_feeds(settings.FEEDS) if not figures().resting_on(feed.name)] == []


def test_a_figure_names_its_feeds() -> None:
    assert figures().feeds_of("universal_coverage", "denominator") == ("bpjstk.semesta", "bps.angkatan_kerja")
    assert "bpjstk.kepesertaan" in figures().feeds_of("coverage_by_sector", "active_participants")
    assert figures().feeds_of("no_such_mart", "rows") == ()
