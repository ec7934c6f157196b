"""What an old or missing delivery touches: the published figures that rest on its feed."""

from __future__ import annotations

import pytest

from cakupan import settings
from cakupan.feeds import load_feeds
from cakupan.lineage.figure_feeds import figure_feeds


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
    assert figure_feeds().resting_on(feed) == resting


def test_memberships_carry_all_coverage_and_contributions_the_lapse_calendar() -> None:
    coverage = {name for name in figure_feeds().marts if name.startswith("coverage_by_")} | {"universal_coverage"}
    assert coverage <= set(figure_feeds().resting_on("bpjstk.kepesertaan"))
    assert "lapse_calendar" in figure_feeds().resting_on("bpjstk.iuran")


def test_every_feed_is_behind_some_figure() -> None:
    assert [feed.name for feed in load_feeds(settings.FEEDS) if not figure_feeds().resting_on(feed.name)] == []


def test_a_figure_names_its_feeds() -> None:
    behind = figure_feeds().feeds_behind_column
    assert behind("universal_coverage", "denominator") == ("bpjstk.semesta", "bps.angkatan_kerja")
    assert "bpjstk.kepesertaan" in behind("coverage_by_sector", "active_participants")
    assert behind("no_such_mart", "rows") == ()
