"""Every generic test of the dbt project stops the night whose rows break it, and no other night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cakupan.database import Role, connect, environment
from tests.databases import copy_in_place_of
from tests.warehouse.conftest import KEPT_AS_CHANGES, Warehouse, dbt

SEEDS = (
    "region", "sector", "agency", "funding_source", "program", "segment", "bpu_tariff", "construction_tariff",
    "finding_rule", "audit_threshold", "budget_source", "roster_category", "document_number", "premium_code",
    "recipient_category",
)  # fmt: skip
TWICE = ""
"""Instead of a change: the row stands there twice."""
OF_REFERENCE = {
    "levels_of_regions_are_known": ("region", "region_level = 'MOON'"),
    "villages_lie_in_a_district": ("region", "district_code = 'nowhere'"),
    "agencies_have_a_name": ("agency", "agency_name = null"),
    "sectors_count_under_a_sector": ("sector", "workforce_sector_code = '?'"),
    "tariffs_are_of_a_payer": ("bpu_tariff", "funding_source_code = 'NOBODY'"),
    "tariffs_are_of_a_programme": ("bpu_tariff", "program_code = 'NONE'"),
    "a_published_figure_is_entered_once": ("published_figure", TWICE),
    "rules_belong_to_a_mart": ("finding_rule", "mart = 'no_mart'"),
    "severities_are_known": ("finding_rule", "severity = 'fatal'"),
    **{f"versions_of_{seed}_begin_some_day": (seed, "valid_from = null") for seed in SEEDS},
    **{f"versions_of_{seed}_begin_on_different_days": (seed, TWICE) for seed in SEEDS},
}
NOBODY = "worker_key = gen_random_uuid()"
OF_A_NIGHT = {
    "members_have_a_row_of_the_night": ("fct_membership", NOBODY),
    "membership_statuses_are_known": ("fct_membership", "status = 'PERHAPS'"),
    "workers_of_rosters_have_a_row_of_the_night": ("fct_roster", NOBODY),
    "recipients_have_a_row_of_the_night": ("fct_beneficiary", NOBODY),
    "applicants_have_a_row_of_the_night": ("fct_aid_application", NOBODY),
    "attendants_have_a_row_of_the_night": ("fct_outreach_attendance", NOBODY),
    "a_worker_has_one_row_of_the_night": ("fct_coverage_daily", TWICE),
    "primary_memberships_are_in_force": ("fct_coverage_daily", "membership_key = gen_random_uuid()"),
    "city_participants_are_active_participants": (
        "fct_coverage_daily",
        "is_city_participant = true, is_active_participant = false",
    ),
    "an_employer_has_one_row": ("dim_employer", TWICE),
    "denominators_are_known": ("universal_coverage", "denominator_code = 'GUESS'"),
    "rates_have_their_denominator": ("universal_coverage", "gap_to_target = -1"),
    "gaps_of_sectors_are_never_below_0": ("coverage_by_sector", "gap_to_target = -1"),
    "covered_and_not_covered_add_up": ("coverage_by_agency", "not_covered = not_covered + 1"),
    "region_participants_hold_those_by_dbhcht": ("coverage_by_region", "by_dbhcht = active_participants + 1"),
    "aid_statuses_are_known": ("aid_eligibility", "status = 'PERHAPS'"),
    "aid_is_decided_on_applications": ("aid_eligibility", "application_no = 'none'"),
    "compliance_statuses_are_known": ("construction_compliance", "status = 'PERHAPS'"),
    "compliance_is_decided_on_projects": ("construction_compliance", "project_id = 'none'"),
    "outreach_is_counted_on_attendance": ("outreach_conversion", "event_id = 'none'"),
    "attendants_converted_attended": ("outreach_conversion", "converted = attendees + 1"),
    "delivery_statuses_are_known": ("data_quality_scorecard", "delivery_status = 'PERHAPS'"),
    "protection_statuses_are_known": ("dbhcht_lineage", "protection_status = 'PERHAPS'"),
    "lineage_begins_at_payment_orders": ("dbhcht_lineage", "sp2d_no = 'none'"),
    "only_the_unresolved_have_no_worker": ("dbhcht_lineage", "worker_key = null, protection_status = 'PROTECTED'"),
    "remainders_follow_from_the_amounts": ("dbhcht_reconciliation", "remaining_idr = remaining_idr + 1"),
    "findings_are_critical_or_warnings": ("audit_findings", "severity = 'notice'"),
    "findings_have_a_rule": ("audit_findings", "finding_code = 'NO_RULE'"),
    "observations_are_notices": ("audit_observations", "severity = 'critical'"),
    "observations_have_a_rule": ("audit_observations", "finding_code = 'NO_RULE'"),
}
INPUTS = "select validation_id from ledger.run_input where run_id = (select run_id from ledger.build)"
MINE = {"run_id": "run_id = (select run_id from ledger.build)", "validation_id": f"validation_id in ({INPUTS})"}


@pytest.fixture
def broken(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """A copy of the city's warehouse that a test may break, without the keys that the database itself holds to."""
    with copy_in_place_of("test_marts"), connect(Role.ADMIN, autocommit=True) as connection:
        for (index,) in connection.execute(
            "select indexrelid::regclass::text from pg_index join pg_class on pg_class.oid = indrelid"
            " where indisunique and not indisprimary"
            " and relnamespace in ('warehouse'::regnamespace, 'reference'::regnamespace)"
        ).fetchall():
            connection.execute(f"drop index {index}")
        yield connection


def spoil(connection: psycopg.Connection, table: str, change: str, whose: str) -> None:
    """Change or repeat one row of the table."""
    row = f"ctid = (select min(ctid) from {table} where {whose})"
    statement = (
        f"update {table} set {change} where {row}"
        if change
        else f"insert into {table} overriding user value select * from {table} where {row}"
    )
    assert connection.execute(statement).rowcount == 1, table


def whose(connection: psycopg.Connection, table: str) -> str:
    """The condition for rows of the night that was built last."""
    columns = connection.execute(f"select * from warehouse.{table} limit 0").description
    return next(condition for column, condition in MINE.items() if column in {named.name for named in columns})


def failing(state: Path) -> set[str]:
    outcome = dbt(state, "test", "--select", "test_type:generic", **environment())
    assert outcome.exception is None
    assert {str(result.status) for result in outcome.result.results} <= {"pass", "fail"}
    return {result.node.name for result in outcome.result.results if str(result.status) == "fail"}


def test_each_fails_where_a_row_of_the_night_breaks_it(broken: psycopg.Connection, tmp_path: Path) -> None:
    for table, change in OF_REFERENCE.values():
        spoil(broken, f"reference.{table}", change, "true")
    for table, change in OF_A_NIGHT.values():
        built = f"tonight_{table}" if table in KEPT_AS_CHANGES else table
        spoil(broken, f"warehouse.{built}", change, whose(broken, table))
    tests = dbt(tmp_path, "list", "--select", "test_type:generic", "--output", "name", **environment()).result
    assert failing(tmp_path) == set(OF_REFERENCE) | set(OF_A_NIGHT) == set(tests)


def test_none_looks_at_other_nights(broken: psycopg.Connection, tmp_path: Path) -> None:
    for table, change in OF_A_NIGHT.values():
        spoil(broken, f"warehouse.{table}", change, f"not ({whose(broken, table)})")
    assert failing(tmp_path) == set()
