"""Every kind of dirt occurs, and a judge who knows only feeds.md comes to the same counts."""

import pytest

from simulator.feeds import FEEDS
from tests.simulator.conftest import NIGHTS, make

HARMLESS = {
    "padded with blanks", "padded with tab", "padded with no-break space", "apostrophe", "nik with dots",
    "nik with blanks", "date spelled out", "date as date cell", "amount as number cell", "columns in other order",
    "header in other spelling", "unknown extra column", "character nobody sees", "nik in a note", "blank row",
}  # fmt: skip
DUPLICATES = {
    "repeated exactly", "repeated in other white space", "repeated under another running number",
    "repeated on another sheet", "earlier line sent again", "broken and repeated", "key conflict repeated",
}  # fmt: skip
QUARANTINED = {
    "nik 15 digits", "nik 17 digits", "nik impossible date", "nik serial 0000", "nik letter", "nik as number cell",
    "missing required cell", "outside closed list", "no such day", "no such day in optional column",
    "date in other spelling", "date in other spelling in optional column", "not a date", "date after the night",
    "no such month", "negative", "negative in optional column", "not whole", "not whole in optional column",
    "not numeric", "not numeric in optional column", "zero", "wrong number of digits",
    "wrong number of digits in optional column", "key conflict", "several rules", "broken copy beside a good row",
    "error cell", "error cell in optional column", "date cell in text", "boolean cell in text",
    "sign that only looks like another", "nik in a text",
    "earlier number with other content", "refused line sent again",
}  # fmt: skip


@pytest.fixture(scope="module")
def more_dirt(tmp_path_factory):
    """Other seeds: a kind that is rare in one city turns up in another."""
    return [make(tmp_path_factory.mktemp(f"dirt{seed}"), 4500, 0.3, NIGHTS[:2], seed=seed) for seed in (5, 6, 7, 8)]


def test_every_kind_of_dirt_occurs_and_no_other(dirty, more_dirt):
    kinds = set(dirty.world.kinds)
    for made in more_dirt:
        kinds |= set(made.world.kinds)
    assert kinds == HARMLESS | DUPLICATES | QUARANTINED


@pytest.mark.parametrize("name", ["usual", "clean", "dirty"])
def test_the_scorecard_is_right_to_the_row(name, request):
    made = request.getfixturevalue(name)
    judged = made.judged()
    for night in NIGHTS:
        card = made.expected(night)["scorecard"]
        assert set(card) == {code for code, day in judged if day == night}
        for code, row in card.items():
            counts, _ = judged[code, night]
            assert {column: counts[column] for column in row} == row, (code, night)


def test_no_row_is_lost(dirty):
    for night in NIGHTS:
        for code, row in dirty.expected(night)["scorecard"].items():
            parts = row["accepted_rows"] + row["quarantined_rows"] + row["duplicate_rows"]
            assert parts == row["delivered_rows"], (code, night)


def test_no_delivery_is_held_by_accident_however_dirty(dirty):
    for night in NIGHTS:
        for code, row in dirty.expected(night)["scorecard"].items():
            assert row["quarantined_rows"] * 10 <= row["delivered_rows"], (code, night)
            assert "delivery_status" not in row


def test_without_dirt_every_row_is_accepted(clean):
    assert not clean.world.kinds
    for night in NIGHTS:
        for code, row in clean.expected(night)["scorecard"].items():
            assert row["accepted_rows"] == row["delivered_rows"], (code, night)


def test_the_usual_dirt_is_there_but_modest(usual):
    card = usual.expected(NIGHTS[0])["scorecard"]["bpjstk.kepesertaan"]
    assert card["quarantined_rows"] > 0
    assert card["duplicate_rows"] > 0
    assert card["accepted_rows"] > 0.9 * card["delivered_rows"]


def test_all_feeds_come_on_the_first_night_and_occasional_ones_only_when_they_change(usual):
    for feed in FEEDS:
        assert usual.path(feed.code, NIGHTS[0]).exists(), feed.code
        if feed.cadence == "occasional":
            assert not usual.path(feed.code, NIGHTS[1]).exists(), feed.code
    assert usual.path("perekonomian.rencana_kerja", NIGHTS[2]).exists()
