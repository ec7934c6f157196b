"""A figure that nobody counted is empty, and the reason stands beside it."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from cakupan.bilingual import same
from cakupan.cli.empty_cells import marts_in, missing, why_empty
from tests.notices.conftest import Ledger
from tests.notices.test_office import SALES, rows
from tests.quality.deliveries import FEEDS, NIGHT, feed_called

MEMBERS = feed_called("bpjstk.kepesertaan")


@pytest.fixture
def ledger(database: psycopg.Connection) -> Ledger:
    known = Ledger(database)
    known.know_feeds()
    return known


def test_what_was_never_accepted_is_missing(ledger: Ledger) -> None:
    ledger.deliver(SALES, rows(SALES, 3), NIGHT)
    ledger.land(MEMBERS, [], NIGHT, refusal_code="UNREADABLE", refusal_id="rusak", refusal_en="broken")
    ledger.validate(MEMBERS)
    found = missing(ledger.connection, NIGHT)
    assert len(found) == len(FEEDS) - 1 and SALES.name not in found
    assert found["sipd.sp2d"].en == "sipd.sp2d was never delivered"
    assert found[MEMBERS.name].en == "no delivery of bpjstk.kepesertaan was ever accepted"
    assert SALES.name in missing(ledger.connection, NIGHT - timedelta(1))


def test_an_empty_cell_says_which_feed_it_needs() -> None:
    members, orders = same("bpjstk.kepesertaan was never delivered"), same("sipd.sp2d was …")
    lacking = {"bpjstk.kepesertaan": members, "sipd.sp2d": orders}
    columns = ("denominator_code", "active_participants", "denominator")
    assert why_empty("universal_coverage", columns, [("SAKERNAS", None, 7)], lacking) == [members]
    assert why_empty("universal_coverage", columns, [("SAKERNAS", 0, 7)], lacking) == []
    assert why_empty("universal_coverage", columns, [("SAKERNAS", None, 7)], {}) == []
    assert why_empty("dbhcht_reconciliation", ("disbursed_idr",), [], lacking) == [orders]


def test_the_marts_of_a_statement_are_known_by_name() -> None:
    assert marts_in("select * from marts.Coverage_By_Sector join dim_sector using (sector_code)") == [
        "coverage_by_sector"
    ]
