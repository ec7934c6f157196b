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
def test_rows_of_a_night_are_looked_up_stretch_by_stretch(warehouse: Warehouse, name: str) -> None:
    """A join by ranges may be carried out as each row with each range: of both there are more every night."""
    with connect(Role.ADMIN) as admin:
        admin.execute("set enable_seqscan = off")  # which is as good for a small table
        by_index = [line for (line,) in admin.execute(f"explain select * from warehouse.history_{name}")]
        admin.execute("reset enable_seqscan; set enable_indexscan = off; set enable_bitmapscan = off")
        without = [line for (line,) in admin.execute(f"explain select * from warehouse.history_{name}")]
    assert [line for line in by_index if "Cond: ((row_id >= " in line], by_index
    assert not [line for line in without if "Join Filter" in line and "row_id" in line], without


def test_the_planner_expects_a_night_to_be_large(database: psycopg.Connection) -> None:
    """Of a list it would expect a few stretches, and compare each of their rows with each of another relation."""
    (plan,) = database.execute("explain select * from warehouse.row_spans('{[1,2)}')").fetchone() or ("",)
    assert "rows=100000" in plan


@pytest.mark.parametrize("name", ["audit_findings", "dbhcht_reconciliation", "fct_disbursement"])
def test_the_planner_expects_rows_of_the_newest_night(warehouse: Warehouse, name: str) -> None:
    """Of a night that came after its last statistics it expects one row, and joins each with each of others."""
    with connect(Role.ADMIN) as admin:
        (by,) = admin.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attname in ('run_id', 'validation_id')",
            (f"warehouse.{name}",),
        ).fetchone() or ("",)
        newest, rows = admin.execute(
            f"select {by}, count(*) from warehouse.{name} group by 1 order by 1 desc limit 1"
        ).fetchone() or (0, 0)
        (plan,) = admin.execute(
            f"explain (format json) select * from warehouse.{name} where {by} = {newest}"
        ).fetchone()
    assert rows > 5 and plan[0]["Plan"]["Plan Rows"] > rows / 2
