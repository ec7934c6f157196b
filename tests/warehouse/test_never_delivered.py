"""What nobody ever delivered is empty and not 0, says why, and is there the night after it came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from cakupan.database import Role, connect
from simulator.check import differences
from simulator.incidents import Accident, Incident
from simulator.manifest import Plan
from tests.simulator.serving import running
from tests.warehouse.conftest import Warehouse, installed
from tests.warehouse.marts_as_json import actual

BEFORE, AFTER = date(2025, 9, 8), date(2025, 9, 9)
MISSING = (
    "bpjstk.kepesertaan", "bpjstk.iuran", "bpjstk.jakon", "bpjstk.target", "bps.angkatan_kerja", "sipd.anggaran",
    "dinsos.relawan_disabilitas", "hukum.regulasi",
)  # fmt: skip


@pytest.fixture(scope="module")
def young(installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A city whose first night lacks half of the feeds; on the second they come, over SFTP, HTTP and SQL."""
    absent = tuple(Incident(feed, BEFORE, Accident.ABSENT) for feed in MISSING)
    plan = Plan(tmp_path_factory.mktemp("young"), 300, 3, 0.02, (BEFORE, AFTER), absent)
    with installed(plan, "test_never_delivered") as made:
        made.load(BEFORE)
        made.build(BEFORE)
        with running(made.city, "--night", AFTER) as agencies:
            made.load(AFTER, agencies.source)
        made.build(AFTER)
        yield made


@pytest.fixture
def reader(young: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR) as connection:
        yield connection


@pytest.mark.parametrize("night", (BEFORE, AFTER))
def test_every_figure_is_right_before_and_after_the_first_delivery(young, reader, night) -> None:
    assert differences(young.expected(night), actual(reader, night)) == []


@pytest.mark.parametrize(
    ("relation", "columns"),
    [
        ("universal_coverage", "active_participants, coverage_rate, outside_city_participants, jakon_headcount,"
         " target_participants, gap_to_target"),
        ("coverage_by_sector", "workforce, active_participants, coverage_rate, target_participants, gap_to_target"),
        ("coverage_by_agency", "active_participants, not_covered, coverage_rate"),
        ("coverage_by_region", "active_participants, by_dbhcht"),
        ("commitment_progress", "actual, progress"),
        ("aid_eligibility", "status"),
        ("construction_compliance", "contribution_paid_idr, status"),
        ("outreach_conversion", "already_participants, converted"),
        ("dbhcht_reconciliation", "budget_idr, posted_idr, unposted_idr, remaining_idr, absorption_rate"),
        ("dbhcht_lineage", "budget_idr, posted_amount_idr"),
        ("fct_coverage_daily", "is_active_participant, is_city_participant, active_memberships"),
    ],
)  # fmt: skip
def test_a_figure_that_nobody_gave_is_empty(reader, relation: str, columns: str) -> None:
    asked = f"select count(*), count(*) filter (where num_nonnulls({columns}) > 0) from marts.{relation}"
    rows, given = reader.execute(f"{asked} where as_of_date = %s", (BEFORE,)).fetchone()
    assert rows > 0
    assert given == 0
    (later,) = reader.execute(f"select count(*) from marts.{relation} where as_of_date = %s", (AFTER,)).fetchone()
    assert later > 0


def test_what_was_counted_is_said_beside_what_was_not(reader) -> None:
    (paid,) = reader.execute(
        "select sum(disbursed_idr) from marts.dbhcht_reconciliation where as_of_date = %s", (BEFORE,)
    ).fetchone()
    assert paid > 0
    (denominator,) = reader.execute(
        "select denominator from marts.universal_coverage where as_of_date = %s and denominator_code = 'SEMESTA_BPJS'",
        (BEFORE,),
    ).fetchone()
    assert denominator > 0


def test_the_reason_is_told_for_every_feed_that_never_came(reader) -> None:
    told = reader.execute(
        "select agency_code || '.' || feed, reason_id, reason_en from marts.undelivered_feeds where as_of_date = %s",
        (BEFORE,),
    ).fetchall()
    assert {feed for feed, _, _ in told} == set(MISSING)
    assert all(feed in indonesian and feed in english for feed, indonesian, english in told)
    (later,) = reader.execute("select count(*) from marts.undelivered_feeds where as_of_date = %s", (AFTER,)).fetchone()
    assert later == 0


def test_the_headline_says_which_denominator_never_came(reader) -> None:
    (source,) = reader.execute(
        "select denominator_source from marts.universal_coverage"
        " where as_of_date = %s and denominator_code = 'SAKERNAS'",
        (BEFORE,),
    ).fetchone()
    assert "belum pernah ada kiriman bps.angkatan_kerja" in source


def test_no_hop_of_the_money_speaks_of_a_feed_that_never_came(reader) -> None:
    hops = reader.execute(
        "select hop_no / 10, count(from_idr), count(difference_idr) from marts.dbhcht_conservation"
        " where as_of_date = %s group by 1 order by 1",
        (BEFORE,),
    ).fetchall()
    assert [hop[1:] for hop in hops] == [(0, 0), (5, 5), (0, 0)]
