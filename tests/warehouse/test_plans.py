"""What the planner is told, so that no night has it compare each row with each: plans are looked at, not seconds."""

from __future__ import annotations

import psycopg
import pytest

from cakupan.database import Role, connect
from tests.warehouse.conftest import KEPT_AS_CHANGES, Warehouse


def test_what_is_read_has_statistics(warehouse: Warehouse) -> None:
    """The server looks at a small table by itself never, and at a new one only after a while."""
    with connect(Role.ADMIN) as admin:
        found = admin.execute(
            "select c.relname from pg_class as c where c.relkind = 'r' and c.reltuples < 0"
            " and (c.relnamespace = 'reference'::regnamespace"
            " or c.relnamespace = 'warehouse'::regnamespace and c.relname = any(%s))",
            (sorted(KEPT_AS_CHANGES),),
        ).fetchall()
    assert found == []


@pytest.mark.parametrize("name", sorted(KEPT_AS_CHANGES))
def test_rows_of_a_night_are_joined_by_their_numbers_not_by_ranges(warehouse: Warehouse, name: str) -> None:
    """A join by ranges may be carried out as each row with each range: of both there are more every night."""
    with connect(Role.ADMIN) as admin:
        plan = [line for (line,) in admin.execute(f"explain select * from warehouse.history_{name}")]
    joined = [line for line in plan if "row_id" in line]
    assert joined and not [line for line in joined if "<" in line or ">" in line], plan


def test_the_planner_expects_a_night_to_be_large(database: psycopg.Connection) -> None:
    """Of a list it would expect a few rows, and compare each of them with each of another relation."""
    (plan,) = database.execute("explain select * from warehouse.row_numbers('{[1,2)}')").fetchone() or ("",)
    assert "rows=10000000" in plan
