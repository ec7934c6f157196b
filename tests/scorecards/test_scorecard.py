"""A scorecard says its four shares with what they are made of, the worst first, and leads to the other language."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cakupan.corrections.open_rows import OpenDelivery
from cakupan.notices.faults import Facts, Fault
from cakupan.reports.files import page
from cakupan.scorecards.figures import Coverage, Month, OfficeFigures, Problem, Share
from cakupan.scorecards.scorecard import scorecard
from tests.quality.deliveries import NIGHT, feed_called

FARMERS = feed_called("distan.kelompok_tani")
RECEIVED = datetime(2025, 9, 9, 1, tzinfo=UTC)


def figures(**changes: object) -> OfficeFigures:
    facts = Facts(
        7, NIGHT, RECEIVED, "kelompok_tani_20250909.csv", 9, RECEIVED, "ACCEPTED",
        None, None, None, 100, 4,
    )  # fmt: skip
    delivery = OpenDelivery(FARMERS, Fault(FARMERS, facts, ()), date(2025, 9, 5))
    values = {
        "feeds": [FARMERS], "night": NIGHT, "states": [], "filled": Share(398, 400), "valid": Share(96, 100),
        "timely": Share(29, 30), "coverage": Coverage(90, 60, 30),
        "problems": [Problem(delivery, "distan.kelompok_tani.nik.valid", 3, 3, None)],
        "months": [Month(date(2025, 9, 1), 9, 9, 900, 890, 10)],
    } | changes  # fmt: skip
    return OfficeFigures(**values)  # type: ignore[arg-type]


def test_each_share_is_shown_with_its_parts() -> None:
    said = page(scorecard(figures())).decode()
    for text in (
        "99,50 %",
        "96,00 %",
        "96,67 %",
        "66,67 %",
        "398",
        "400",
        "30 pekerja pada daftar Anda belum terlindungi",
    ):
        assert text in said, text
    assert "perbaikan-distan-kelompok_tani-20250909.xlsx" in said
    assert "nik adalah NIK yang sah" in said and "2025-09" in said


def test_english_is_one_switch_away_and_back() -> None:
    indonesian, english = scorecard(figures()), scorecard(figures(), "en")
    assert (indonesian.name, english.name) == ("rapor-distan-20250909", "scorecard-distan-20250909")
    assert 'href="scorecard-distan-20250909.html">In English' in page(indonesian).decode()
    assert 'href="rapor-distan-20250909.html">Bahasa Indonesia' in page(english).decode()
    assert "30 workers on your roster are not covered" in page(english).decode()


def test_an_office_without_a_roster_or_an_open_row_has_none_on_it() -> None:
    said = page(scorecard(figures(coverage=None, problems=[], filled=Share(0, 0)))).decode()
    assert "Cakupan" not in said and "Tidak ada baris di karantina" in said
    assert said.count(" %") == 6, "of nothing there is no share"
