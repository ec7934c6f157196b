"""A published night as the JSON that expected figures come in: what a reader of schema marts sees, figure by figure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Row = dict[str, Any]

KEYED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "universal_coverage": (
        ("denominator_code",),
        (
            "denominator",
            "active_participants",
            "coverage_rate",
            "outside_city_participants",
            "jakon_headcount",
            "target_participants",
            "gap_to_target",
        ),
    ),
    "coverage_by_sector": (
        ("sector_code",),
        ("workforce", "active_participants", "target_participants", "coverage_rate", "gap_to_target"),
    ),
    "coverage_by_funding_source": (
        ("funding_source_code",),
        ("active_participants", "share_of_active", "contributions_ytd_idr"),
    ),
    "coverage_by_agency": (
        ("agency_code", "worker_category"),
        ("registered_workers", "active_participants", "not_covered"),
    ),
    "coverage_by_region": (("region_code",), ("active_participants", "by_dbhcht")),
    "commitment_progress": (("agency_code", "commitment"), ("target", "actual")),
    "dbhcht_reconciliation": (
        ("fiscal_year", "skpd_code", "sub_activity_code", "account_code"),
        ("budget_idr", "disbursed_idr", "posted_idr", "unposted_idr", "remaining_idr", "absorption_rate"),
    ),
    "construction_compliance": (("project_id",), ("contribution_due_idr", "status")),
    "outreach_conversion": (("event_id",), ("attendees", "already_participants", "converted")),
}
"""Relation -> its key columns and the figures compared."""

SINGLE = {
    "lapse_calendar": (("lapse_month", "funding_source_code"), "participants"),
    "aid_eligibility": (("application_no",), "status"),
}
"""Relation -> its key columns and its only figure."""

PROTECTION = ("PROTECTED", "NOT_POSTED", "NOT_ON_DECREE", "UNRESOLVED")
AMOUNTS = ("expected_idr", "actual_idr", "difference_idr")
SCORECARD = ("delivered_rows", "accepted_rows", "quarantined_rows", "duplicate_rows", "delivery_status")


def actual(connection: psycopg.Connection, as_of_date: date) -> dict[str, Any]:
    """Every relation and figure of the night, in the shape of `expected/<D>.json`."""
    night: dict[str, Any] = {"as_of_date": as_of_date.isoformat()}
    for relation, (key, figures) in KEYED.items():
        night[relation] = {
            _key(row, key): {figure: _plain(row[figure]) for figure in figures}
            for row in _rows(connection, relation, as_of_date)
        }
    for relation, (key, figure) in SINGLE.items():
        night[relation] = {_key(row, key): row[figure] for row in _rows(connection, relation, as_of_date)}
    night["dbhcht_reconciliation"] = _years_where_several(night["dbhcht_reconciliation"])
    night["dbhcht_lineage"] = _lineage(_rows(connection, "dbhcht_lineage", as_of_date))
    findings = _rows(connection, "audit_findings", as_of_date)
    night["audit_findings"] = _findings(findings)
    night["finding_amounts"] = _amounts(findings)
    night["scorecard"] = {
        f"{row['agency_code']}.{row['feed']}": {figure: row[figure] for figure in SCORECARD}
        for row in _rows(connection, "data_quality_scorecard", as_of_date)
    }
    return night


def _rows(connection: psycopg.Connection, relation: str, as_of_date: date) -> list[Row]:
    query = sql.SQL("select * from marts.{} where as_of_date = %s").format(sql.Identifier(relation))
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, (as_of_date,)).fetchall()


def _key(row: Row, columns: Iterable[str]) -> str:
    return "|".join(str(row[column]) for column in columns)


def _years_where_several(lines: dict[str, Row]) -> dict[str, Row]:
    """The year stands before a line only where the night has lines of several, as in the expected figures."""
    several = len({key.split("|")[0] for key in lines}) > 1
    return lines if several else {key.split("|", 1)[1]: row for key, row in lines.items()}


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _lineage(rows: list[Row]) -> dict[str, Row]:
    orders: dict[str, Row] = {}
    for row in rows:
        order = orders.setdefault(
            row["sp2d_no"],
            dict.fromkeys(PROTECTION, 0)
            | {
                "posted_amount_idr": 0,
                "sp2d_amount_idr": row["sp2d_amount_idr"],
                "billing_code": row["billing_code"],
            },
        )
        order[row["protection_status"]] += 1
        if row["posted_amount_idr"] is None:
            order["posted_amount_idr"] = None
        else:
            order["posted_amount_idr"] += row["posted_amount_idr"]
    return orders


def _findings(rows: list[Row]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for row in rows:
        rule = rules.setdefault(row["finding_code"], {"count": 0, "where": {}})
        place = _place(row)
        rule["count"] += 1
        rule["where"][place] = rule["where"].get(place, 0) + 1
    return rules


def _amounts(rows: list[Row]) -> dict[str, Row]:
    """The three amounts by code and place, where a finding has any."""
    sums: dict[str, Row] = {}
    for row in rows:
        if row["expected_idr"] is None and row["actual_idr"] is None:
            continue
        amounts = sums.setdefault(f"{row['finding_code']}|{_place(row)}", dict.fromkeys(AMOUNTS))
        for name in AMOUNTS:
            if row[name] is not None:
                amounts[name] = (amounts[name] or 0) + row[name]
    return sums


def _place(row: Row) -> str:
    if row["finding_code"] == "OVER_BUDGET":
        return _key(row, ("skpd_code", "sub_activity_code", "account_code"))
    return str(row["sp2d_no"] or row["decree_no"] or row["contribution_month"])
