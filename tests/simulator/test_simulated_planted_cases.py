"""Every finding and status of marts.md occurs in a small city, for any first night."""

from datetime import date

import pytest

from simulator.plants import BY_CODE
from tests.simulator.conftest import NIGHTS, make

FINDINGS = {
    "OVER_BUDGET",
    "PAID_BEFORE_DECREE",
    "NO_BUDGET_LINE",
    "SP2D_NOT_POSTED",
    "AMOUNT_MISMATCH",
    "BENEFICIARY_NOT_PROTECTED",
    "NOT_ON_DECREE",
    "UNRESOLVED_PARTICIPANT",
    "DOUBLE_FUNDING",
    "DECEASED_BENEFICIARY",
    "DUPLICATE_BENEFICIARY",
    "OUT_OF_REGION",
}
STATUSES = {"NOT_REGISTERED", "NO_LETTER", "REGISTERED_BEFORE_LETTER", "UNDERPAID", "COMPLIANT"}


def check_everything_occurs(expected: dict) -> None:
    assert set(expected["audit_findings"]) == FINDINGS
    assert {row["status"] for row in expected["construction_compliance"].values()} == STATUSES
    for status in ("PROTECTED", "NOT_POSTED", "NOT_ON_DECREE", "UNRESOLVED"):
        assert any(row[status] for row in expected["dbhcht_lineage"].values()), status
    assert len(expected["coverage_by_sector"]) == 17
    assert len([code for code in expected["coverage_by_region"] if code.startswith("35.79.")]) >= 24 + 2
    assert set(expected["aid_eligibility"].values()) == {"ELIGIBLE", "NOT_ELIGIBLE"}


@pytest.mark.parametrize("night", NIGHTS)
def test_all_cases_occur_every_night(usual, night):
    check_everything_occurs(usual.expected(night))


@pytest.mark.parametrize(
    "nights",
    [
        (date(2028, 2, 29), date(2028, 3, 1)),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (date(2025, 12, 31), date(2026, 1, 1)),
        (date(2025, 2, 20), date(2026, 9, 30)),
    ],
    ids=str,
)
def test_all_cases_occur_at_the_edges_of_the_calendar(tmp_path, nights):
    made = make(tmp_path, 300, 0.02, nights)
    for night in nights:
        check_everything_occurs(made.expected(night))


def test_a_past_lapse_month_means_arrears(usual):
    months = [key.split("|")[0] for key in usual.expected(NIGHTS[0])["lapse_calendar"]]
    assert min(months) < "202509" < max(months)


def test_an_order_dated_like_its_decree_is_not_before_it(clean):
    world = clean.world
    signed = {line.decree: line.signed for line in world.city.recipients}
    same_day = [order for order in world.city.sp2ds if order.dated == signed.get(order.decree)]
    before = clean.expected(NIGHTS[0])["audit_findings"]["PAID_BEFORE_DECREE"]["where"]
    assert same_day
    assert len(before) == 1
    assert same_day[0].number not in before


def test_an_order_without_any_posting_is_one_finding_not_one_per_worker(usual):
    for night in NIGHTS:
        found = usual.expected(night)["audit_findings"]
        assert not found["SP2D_NOT_POSTED"]["where"].keys() & found["BENEFICIARY_NOT_PROTECTED"]["where"].keys()


def test_the_budget_document_of_tomorrow_waits_until_tomorrow(clean):
    office = BY_CODE["DISPAR"]
    key = f"{office.skpd}|{office.sub}|5.1.02.02.02.0006"
    today, tomorrow = (clean.expected(night) for night in NIGHTS[:2])
    assert key in today["audit_findings"]["OVER_BUDGET"]["where"]
    assert key not in tomorrow["audit_findings"]["OVER_BUDGET"]["where"]
    assert tomorrow["dbhcht_reconciliation"][key]["budget_idr"] > today["dbhcht_reconciliation"][key]["budget_idr"]


def test_a_late_registration_resolves_and_a_vanished_row_still_does(clean):
    world = clean.world
    late = world.city.late_memberships[0]
    assert world.owner[late.kpj] == late.nik
    in_force = {member.kpj for member in world.in_force["bpjstk.kepesertaan"]}
    assert world.city.vanishing
    for kpj in world.city.vanishing:
        assert kpj not in in_force
        assert kpj in world.owner


def test_a_kpj_changes_its_owner(clean):
    today, tomorrow = (clean.expected(night)["audit_findings"]["NOT_ON_DECREE"]["count"] for night in NIGHTS[:2])
    assert clean.world.city.corrections
    assert today > tomorrow  # what was posted for a stranger turns out to be the recipient's


def test_an_order_is_paid_on_one_night_and_posted_on_the_next(clean):
    numbers = [set(clean.expected(night)["audit_findings"]["SP2D_NOT_POSTED"]["where"]) for night in NIGHTS]
    new = numbers[1] - numbers[0]
    assert len(new) == 1
    assert not new & numbers[2]


def test_some_workers_hold_several_memberships_and_stand_on_several_rosters(clean):
    in_force = clean.world.in_force
    niks = [member.nik for member in in_force["bpjstk.kepesertaan"]]
    assert len(niks) > len(set(niks)) + 8
    artists = {entry.nik for entry in in_force["dispar.pekerja_seni"]}
    assert artists & {entry.nik for entry in in_force["diskumdag.pelaku_usaha"]}


def test_next_years_targets_wait_for_their_year(tmp_path):
    nights = (date(2025, 12, 31), date(2026, 1, 1))
    made = make(tmp_path, 300, 0.0, nights)
    old, new = (made.expected(night)["universal_coverage"]["SAKERNAS"] for night in nights)
    assert new["target_participants"] != old["target_participants"]
    assert new["denominator"] == old["denominator"]  # the workforce of 2026 is not out yet
    assert all(
        row["contributions_ytd_idr"] > 0 for row in made.expected(nights[0])["coverage_by_funding_source"].values()
    )
    assert made.expected(nights[1])["coverage_by_funding_source"]["MANDIRI"]["contributions_ytd_idr"] == 0
