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
    assert rows
    for row in rows:
        assert row["least"] is None or row["least"] >= 5
        assert row["hidden"] != 1 or row["parts"] == 1
        assert row["hidden"] in (0, row["parts"]) or row["together"] >= 5


@pytest.mark.parametrize(("category", "covered", "shown"), [
    ("PENYANDANG DISABILITAS", 9, None), ("PENYANDANG DISABILITAS", 10, 10), ("RELAWAN SOSIAL", 9, 9),
    ("RELAWAN SOSIAL", 4, None), ("RELAWAN SOSIAL", 0, None), ("RELAWAN SOSIAL", 5, 5),
])  # fmt: skip
def test_a_count_is_shown_from_five_on_and_of_disabled_persons_from_ten(warehouse, category, covered, shown) -> None:
    change = (
        "update warehouse.coverage_by_agency set active_participants = %s, not_covered = 90, registered_workers = 190"
    )
    look = (
        "select active_participants from open.coverage_by_agency where agency_code = 'dinsos' and worker_category = %s"
    )
    with connect(Role.ADMIN) as admin:
        admin.execute(f"{change} where agency_code = 'dinsos'", (100,))
        admin.execute(f"{change} where agency_code = 'dinsos' and worker_category = %s", (covered, category))
        assert {count for (count,) in admin.execute(look, (category,))} == {shown}
        admin.rollback()


def test_the_smallest_other_is_hidden_with_a_small_count(warehouse) -> None:
    """And of several equally small ones always the same."""
    with connect(Role.ADMIN) as admin:
        admin.execute("update warehouse.coverage_by_sector set active_participants = 50 + ascii(sector_code) % 3")
        admin.execute("update warehouse.coverage_by_sector set active_participants = 3 where sector_code = 'A'")
        look = "select distinct sector_code from open.coverage_by_sector where active_participants_hidden order by 1"
        assert [code for (code,) in admin.execute(look)] == ["A", "B" if ord("B") % 3 == 0 else "C"]
        admin.rollback()
