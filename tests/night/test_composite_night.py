"""Five deliveries that only look right come in the bad night: none is believed, each is told, no figure moves."""

from __future__ import annotations

import re

import psycopg
import pytest

from tests.night.bad_night import BAD, GOOD, SENT, ZERO_WIDTH
from tests.night.conftest import Installation, states


def test_nothing_vanishes_silently(nights: Installation, marts: psycopg.Connection) -> None:
    found = states(marts, BAD)
    assert {feed: found[feed] for feed in SENT} == {feed: state for feed, (state, _) in SENT.items()}
    unequal = marts.execute(
        "select hop from marts.dbhcht_conservation where as_of_date = %s and difference_idr <> 0", (BAD,)
    ).fetchall()
    assert unequal == []
    lines = marts.execute(
        "select count(*) filter (where budget_idr = 0) from marts.dbhcht_reconciliation where as_of_date = any(%s)"
        " group by as_of_date order by as_of_date",
        ([GOOD, BAD],),
    ).fetchall()
    assert len(lines) == 2 and lines[0] == lines[1]
    payers = marts.execute("select distinct budget_source from marts.fct_budget").fetchall()
    assert not [payer for (payer,) in payers if ZERO_WIDTH in payer or payer.startswith("#")]


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("dinsos.relawan_disabilitas", "relawan_disabilitas_20250909.csv"),
        ("sipd.anggaran", "sumber_dana.no_error"),
        ("bpjstk.jakon", "2024"),
        ("sipd.sp2d", "UTF-8"),
        ("distan.kelompok_tani", "stops in the middle"),
    ],
)
def test_each_is_told_with_its_reason_and_what_rests_on_the_old_one(nights: Installation, feed: str, says: str) -> None:
    lines = nights.ran[BAD].stdout.splitlines()
    told = next(place for place, line in enumerate(lines) if line.startswith(f"{SENT[feed][0]} {feed}, since {BAD}"))
    assert says in lines[told]
    rests = next(line for line in lines[told:] if line.startswith("  That of "))
    assert rests.startswith(f"  That of {GOOD} (1 day old) stays in force; on it rest: ")
    if SENT[feed][0] == "HELD":
        assert re.search(r"cakupan release \d+ --by WHO --why GROUNDS", lines[told])


def test_the_data_team_and_the_offices_are_told(nights: Installation) -> None:
    outbox = nights.home / "outbox"
    summary = next(outbox.glob(f"{BAD}-data_team-*.html")).read_text()
    assert "published · 5 rejected, 5 held, 1 late" in summary
    assert all(feed in summary for feed in SENT)
    budget = next(outbox.glob(f"{BAD}-sipd-*.html")).read_text()
    assert "SUMBER DANA" in budget or "sumber_dana" in budget
    for agency in {feed.split(".")[0] for feed in SENT}:
        assert list(outbox.glob(f"{BAD}-{agency}-*.html")), agency
