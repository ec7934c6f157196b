"""Which rows each published figure counts, said again without the models that count them.

A `Counted` figure names a query of `queries/figures` for its rows (`who`, `value` and the address each came from) and
says what makes them the figure. A `Derived` figure is reckoned from other figures of the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

Number = int | Decimal | None


class Totals(NamedTuple):
    """What the rows of a figure come to; of no rows, and of values that nobody gave, there is no sum."""

    rows: int
    different: int
    """How many different `who` there are."""
    summed: int | None
    largest: Number
    first: str | None
    """The smallest `who`."""


@dataclass(frozen=True)
class Counted:
    """Rows of the warehouse and what makes them the figure; empty while a feed that it `needs` was never accepted."""

    rows: str
    made: Callable[[Totals], Any]
    needs: tuple[str, ...] = ()
    is_known: str = ""
    """A query that says whether there is a figure, where that is not the same for every key."""


@dataclass(frozen=True)
class Derived:
    """A formula over other figures of the row; `formula` is written for people."""

    formula: str
    of: tuple[str, ...]
    reckon: Callable[..., Any]


@dataclass(frozen=True)
class Mart:
    """A published relation with its key and figures."""

    key: tuple[str, ...]
    figures: Mapping[str, Counted | Derived]


def workers(totals: Totals) -> int:
    """Return how many different workers there are."""
    return totals.different


def total(totals: Totals) -> int:
    """Return the sum of the values, 0 of no rows."""
    return totals.summed or 0


def total_given(totals: Totals) -> int | None:
    """Return the sum of the values, empty where nobody gave one."""
    return totals.summed


def value(totals: Totals) -> Number:
    """Return the value of the one row."""
    return totals.largest


def first_day(totals: Totals) -> str | None:
    """Return the earliest day."""
    return totals.first


def share(totals: Totals) -> Decimal | None:
    """Return how many of all there are; each row's value is how many all are."""
    return rate(totals.rows, totals.largest)


def eligibility(totals: Totals) -> str:
    """Return whether the one who applies is covered."""
    return "ELIGIBLE" if totals.largest == 1 else "NOT_ELIGIBLE"


def rate(part: Number, whole: Number) -> Decimal | None:
    """Return a rate as PostgreSQL rounds it; None when there is nothing to divide by, or either is unknown."""
    if not whole or part is None:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def less(whole: int | None, part: int | None) -> int | None:
    """Return a difference; of a figure that nobody gave there is none."""
    return None if whole is None or part is None else whole - part


def gap(target: int | None, active: int | None) -> int | None:
    """Return how many lack, never below 0."""
    missing = less(target, active)
    return None if missing is None else max(missing, 0)


MEMBERS = "bpjstk.kepesertaan"
CONTRIBUTIONS = "bpjstk.iuran"
ORDERS = "sipd.sp2d"
GAP = Derived("max(target_participants - active_participants, 0)", ("target_participants", "active_participants"), gap)

MARTS: dict[str, Mart] = {
    "universal_coverage": Mart(
        ("denominator_code",),
        {
            "active_participants": Counted("city_participants", workers, (MEMBERS,)),
            "outside_city_participants": Counted("outside_participants", workers, (MEMBERS,)),
            "denominator": Counted("denominator", total_given),
            "jakon_headcount": Counted("jakon_headcount", total, ("bpjstk.jakon",)),
            "target_participants": Counted("targets", total_given),
            "coverage_rate": Derived(
                "active_participants / denominator", ("active_participants", "denominator"), rate
            ),
            "gap_to_target": GAP,
        },
    ),
    "coverage_by_sector": Mart(
        ("sector_code",),
        {
            "active_participants": Counted("city_participants_of_sector", workers, (MEMBERS,)),
            "workforce": Counted("workforce_of_sector", total_given),
            "target_participants": Counted("targets_of_sector", total_given),
            "coverage_rate": Derived("active_participants / workforce", ("active_participants", "workforce"), rate),
            "gap_to_target": GAP,
        },
    ),
    "coverage_by_funding_source": Mart(
        ("funding_source_code",),
        {
            "active_participants": Counted("city_participants_of_funding_source", workers, (MEMBERS,)),
            "share_of_active": Counted("city_participants_of_funding_source", share),
            "contributions_ytd_idr": Counted("contributions_of_funding_source", total, (CONTRIBUTIONS,)),
        },
    ),
    "coverage_by_agency": Mart(
        ("agency_code", "worker_category"),
        {
            "registered_workers": Counted("workers_of_agency", workers),
            "active_participants": Counted("workers_of_agency", workers, (MEMBERS,)),
            "not_covered": Counted("workers_of_agency", workers, (MEMBERS,)),
            "coverage_rate": Derived(
                "active_participants / registered_workers", ("active_participants", "registered_workers"), rate
            ),
        },
    ),
    "coverage_by_region": Mart(
        ("region_code",),
        {
            "active_participants": Counted("city_participants_of_region", workers, (MEMBERS,)),
            "by_dbhcht": Counted("city_participants_of_region", workers, (MEMBERS,)),
        },
    ),
    "lapse_calendar": Mart(
        ("lapse_month", "funding_source_code"), {"participants": Counted("lapsing_participants", workers)}
    ),
    "aid_eligibility": Mart(
        ("application_no",),
        {
            "value_idr": Counted("aid_application", total_given),
            "status": Counted("aid_applicant", eligibility, (MEMBERS,)),
        },
    ),
    "construction_compliance": Mart(
        ("project_id",),
        {
            "contract_value_idr": Counted("contract_of_project", value),
            "contribution_due_idr": Counted("contract_of_project", value),
            "contribution_paid_idr": Counted("registrations_of_project", total, ("bpjstk.jakon",)),
            "registered_on": Counted("registrations_of_project", first_day),
        },
    ),
    "outreach_conversion": Mart(
        ("event_id",),
        {
            "attendees": Counted("attendees", workers),
            "already_participants": Counted("attendees", workers, (MEMBERS,)),
            "converted": Counted("attendees", workers, (MEMBERS,)),
        },
    ),
    "commitment_progress": Mart(
        ("agency_code", "commitment"),
        {
            "target": Counted("commitment", value),
            "actual": Counted("fulfilled", workers, is_known="fulfilled_is_known"),
            "progress": Derived("actual / target", ("actual", "target"), rate),
        },
    ),
    "data_quality_scorecard": Mart(
        ("agency_code", "feed"),
        {
            name: Counted("delivered_rows", total)
            for name in ("delivered_rows", "accepted_rows", "quarantined_rows", "duplicate_rows")
        },
    ),
    "dbhcht_reconciliation": Mart(
        ("fiscal_year", "skpd_code", "sub_activity_code", "account_code"),
        {
            "budget_idr": Counted("budget_line", total, ("sipd.anggaran",)),
            "disbursed_idr": Counted("payment_orders_of_budget_line", total, (ORDERS,)),
            "posted_idr": Counted("contributions_of_budget_line", total, (ORDERS, CONTRIBUTIONS)),
            "unposted_idr": Derived("disbursed_idr - posted_idr", ("disbursed_idr", "posted_idr"), less),
            "remaining_idr": Derived("budget_idr - disbursed_idr", ("budget_idr", "disbursed_idr"), less),
            "absorption_rate": Derived("disbursed_idr / budget_idr", ("disbursed_idr", "budget_idr"), rate),
        },
    ),
    "dbhcht_lineage": Mart(
        ("sp2d_no",), {"posted_amount_idr": Counted("contributions_of_payment_order", total, (CONTRIBUTIONS,))}
    ),
}  # fmt: skip
