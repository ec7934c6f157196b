"""The rules beside the findings, on a simulated city: what fires, on what evidence, and what stays apart."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse

# What the simulated city plants, or what follows from it: a KPJ that named another worker first, an order from a wrong
# account, contributions short or twice posted, workers paid outside any decree, sub-activities of the offices' own.
PLANTED = {
    "MEMBERSHIP_CHANGED_WORKER", "WRONG_ACCOUNT", "WRONG_TARIFF", "ACTIVE_NOT_ON_DECREE", "SEVERAL_MEMBERSHIPS",
    "LAPSED_AFTER_FUNDING", "WRONG_SUB_ACTIVITY",
}  # fmt: skip
# Documents of the simulated city are in order; a rule that fires here has lost its condition.
SILENT = {
    "PAID_BEFORE_BUDGET", "PAID_BEFORE_SPM", "MONTHS_NEVER_PAID", "MONTH_BEFORE_COVERAGE", "NUMBER_CONTRADICTS",
    "NUMBER_OUT_OF_GRAMMAR", "AGE_OUT_OF_RANGE", "INELIGIBLE_CATEGORY", "DECREE_AFTER_FIRST_MONTH",
}  # fmt: skip


@pytest.fixture
def auditor(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.AUDITOR) as connection:
        yield connection


def test_observations_have_the_columns_of_findings(auditor) -> None:
    columns = [
        [column.name for column in auditor.execute(f"select * from marts.{mart} limit 0").description]
        for mart in ("audit_findings", "audit_observations")
    ]
    assert columns[0] == columns[1]


def test_planted_cases_are_observed_and_documents_in_order_are_not(auditor) -> None:
    counted = dict(
        auditor.execute(
            "select finding_code, count(*) from marts.audit_observations where as_of_date = %s group by 1", (NIGHTS[2],)
        ).fetchall()
    )
    assert set(counted) >= PLANTED
    assert not set(counted) & SILENT
    assert counted["WRONG_ACCOUNT"] == 1


def test_no_code_is_both_a_finding_and_an_observation(auditor) -> None:
    both = auditor.execute(
        "select finding_code from marts.audit_findings intersect select finding_code from marts.audit_observations"
    )
    assert both.fetchall() == []


def test_evidence_leads_to_deliveries_that_the_night_rests_on_or_an_earlier_one_did(auditor) -> None:
    (shown, led_back) = auditor.execute(
        """
        select count(*), count(delivery.delivery_id)
        from marts.audit_observations as observation
        cross join unnest(observation.evidence) as address
        left join ledger.delivery as delivery
            on delivery.delivery_id = split_part(address, ':', 1)::bigint
            and delivery.business_date <= observation.as_of_date
        """
    ).fetchone()
    assert shown == led_back > 0


def test_an_observation_keeps_its_key_from_night_to_night(auditor) -> None:
    keys = [
        {
            key
            for (key,) in auditor.execute(
                "select finding_key from marts.audit_observations where as_of_date = %s"
                " and finding_code in ('WRONG_ACCOUNT', 'WRONG_SUB_ACTIVITY')",
                (night,),
            )
        }
        for night in NIGHTS
    ]
    assert keys[0]
    assert keys[0] <= keys[1] <= keys[2]


def test_explanations_show_no_identity(auditor) -> None:
    (leaks,) = auditor.execute(
        r"select count(*) from marts.audit_observations where explanation ~ '\m\d{16}\M|\m\d{11}\M'"
    ).fetchone()
    assert leaks == 0
