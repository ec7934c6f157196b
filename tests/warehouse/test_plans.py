"""What the planner is told, so that no night has it compare each row with each: plans are looked at, not seconds."""

from __future__ import annotations

import pytest

from cakupan.database import Role, connect
from tests.warehouse.conftest import KEPT_AS_CHANGES, Warehouse


def test_reference_data_has_statistics(warehouse: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        without = admin.execute(
            "select relname from pg_class"
            " where relnamespace = 'reference'::regnamespace and relkind = 'r' and reltuples < 0"
        ).fetchall()
    assert without == []


@pytest.mark.parametrize("name", sorted(KEPT_AS_CHANGES))
def test_rows_of_a_night_are_joined_by_their_numbers_not_by_ranges(warehouse: Warehouse, name: str) -> None:
    """A join by ranges may be carried out as each row with each range: of both there are more every night."""
    with connect(Role.ADMIN) as admin:
        plan = [line for (line,) in admin.execute(f"explain select * from warehouse.history_{name}")]
    joined = [line for line in plan if "row_id" in line]
    assert joined and not [line for line in joined if "<" in line or ">" in line], plan
