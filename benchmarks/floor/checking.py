"""Holds the floor's figures against the project's: a floor that reckons something else would prove nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from cakupan.database import Role, connect

SCORECARD = """
    select agency_code || '.' || feed, delivered_rows, accepted_rows, quarantined_rows, duplicate_rows
    from marts.data_quality_scorecard where as_of_date = {night} and delivery_status = 'ACCEPTED'
"""
SCORECARD_OF_FLOOR = """
    select feed, delivered_rows, accepted_rows, quarantined_rows, duplicate_rows from floor.scorecard
    where night = {night} and feed in (
        select agency_code || '.' || feed from marts.data_quality_scorecard where as_of_date = {night}
    )
"""
WORKERS = """
    select sector_code, funding_source_code, region_code, is_active_participant, is_city_participant, count(*)
    from marts.fct_coverage_daily where as_of_date = {night} and segment_code is not null
    group by 1, 2, 3, 4, 5
"""
WORKERS_OF_FLOOR = """
    select kode_sektor, sumber_iuran, kode_wilayah, active, in_city, count(*) from floor.coverage group by 1, 2, 3, 4, 5
"""
MARTS = {
    "coverage_by_sector": ("sector_code, active_participants", "active_participants > 0"),
    "coverage_by_funding_source": ("funding_source_code, active_participants, contributions_ytd_idr", "true"),
    "coverage_by_region": ("region_code, active_participants, by_dbhcht", "active_participants > 0"),
    "lapse_calendar": ("lapse_month, funding_source_code, participants", "true"),
    "dbhcht_reconciliation": (
        "fiscal_year, skpd_code, sub_activity_code, account_code, budget_idr, disbursed_idr, posted_idr", "true",
    ),
    "dbhcht_lineage": (
        "sp2d_no, contribution_month, due_idr, posted_amount_idr, protection_status, count(*)", "true",
    ),
}  # fmt: skip
"""For each mart the columns that both have, and which rows (the project also has rows where all is 0)."""


class FloorDiffers(AssertionError):
    """The floor and the project do not show the same figures."""


def check(night: date) -> int:
    """Compare the row counts of each feed, the workers and the marts; returns how many rows agree."""
    queries = {"scorecard": (SCORECARD, SCORECARD_OF_FLOOR), "fct_coverage_daily": (WORKERS, WORKERS_OF_FLOOR)}
    for name, (columns, where) in MARTS.items():
        keys = columns.removesuffix(", count(*)")
        grouped = "" if keys == columns else f"group by {keys}"
        queries[name] = (
            f"select {columns} from marts.{name} where as_of_date = {{night}} and {where} {grouped}",
            f"select {columns} from floor.{name} {grouped}",
        )
    agreeing = 0
    with connect(Role.ADMIN) as connection:
        for name, (query, query_of_floor) in queries.items():
            project, floor = _rows(connection, query, night), _rows(connection, query_of_floor, night)
            if project != floor or not project:
                only = [sorted(set(here) - set(there))[:2] for here, there in ((project, floor), (floor, project))]
                raise FloorDiffers(f"{name} of {night}: only the project has {only[0]}, only the floor {only[1]}")
            agreeing += len(project)
    return agreeing


def _rows(connection: psycopg.Connection[Any], query: str, night: date) -> list[tuple[str, ...]]:
    found = connection.execute(sql.SQL(query).format(night=sql.Literal(night)))
    return sorted(tuple(map(str, row)) for row in found)  # a sum has another type than a count, and the same digits
