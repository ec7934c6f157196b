"""Schema open: no small count of persons, and none that can be had by subtraction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from cakupan.database import Role, connect
from tests.warehouse.conftest import Warehouse

HIDDEN_IN = (
    ("coverage_by_sector", "active_participants", ["sector_code"], ["as_of_date"]),
    ("coverage_by_funding_source", "active_participants", ["funding_source_code"], ["as_of_date"]),
    ("coverage_by_agency", "active_participants", ["agency_code", "worker_category"], ["as_of_date", "agency_code"]),
    ("coverage_by_region", "active_participants", ["region_code"], ["as_of_date", "district_code"]),
    ("coverage_by_region", "by_dbhcht", ["region_code"], ["as_of_date", "district_code"]),
    ("lapse_calendar", "participants", ["lapse_month", "funding_source_code"], ["as_of_date", "lapse_month"]),
)
"""Relation, count, key and the margin whose total is shown."""


@pytest.fixture(scope="module")
def both(warehouse: Warehouse) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
    """A reader of the marts and of what is open."""
    with connect(Role.BI) as connection, connection.cursor(row_factory=dict_row) as cursor:
        yield cursor


@pytest.mark.parametrize(("relation", "count", "key", "margin"), HIDDEN_IN)
def test_what_is_hidden_cannot_be_had_by_subtraction(both, relation, count, key, margin) -> None:
    """Of each total several parts are hidden or none, and those together are no small count."""
    rows = both.execute(
        f"""
        select
            count(*) as parts, count(*) filter (where is_hidden) as hidden, min(shown) as least,
            sum(counted) filter (where is_hidden) as together
        from (
            select m.{count} as counted, o.{count} as shown, o.{count}_hidden as is_hidden, {", ".join(margin)}
            from marts.{relation} as m inner join open.{relation} as o using (as_of_date, {", ".join(key)})
        ) as cells
        group by {", ".join(margin)}
        """
    ).fetchall()
    assert any(row["hidden"] for row in rows)
    for row in rows:
        assert row["least"] is None or row["least"] >= 5
        assert row["hidden"] != 1 or row["parts"] == 1
        assert row["hidden"] in (0, row["parts"]) or row["together"] >= 5


def test_disabled_persons_are_hidden_under_ten(both) -> None:
    rows = both.execute(
        "select m.*, o.active_participants_hidden as hidden from marts.coverage_by_agency as m"
        " join open.coverage_by_agency as o using (as_of_date, agency_code, worker_category)"
        " where worker_category like '%DISABILITAS%'"
    ).fetchall()
    assert any(5 <= min(row["active_participants"], row["not_covered"]) < 10 for row in rows)
    for row in rows:
        assert row["hidden"] or min(row["active_participants"], row["not_covered"]) >= 10
