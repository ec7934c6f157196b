"""What the strict condition lets through untouched needs no touch: normal form, and no rule broken."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from cakupan.feeds import Feed
from cakupan.quality.compiler import Compiled, compile_rules, normalised
from cakupan.quality.suite import load_suite
from tests.quality.cells_of import good_row
from tests.quality.deliveries import FEEDS, NIGHT, Warehouse, feed_called
from tests.quality.test_cells import CELLS
from tests.quality.test_differential import dirty_rows

JUDGE = """
with landed as materialized (
    select *, coalesce({strict}, false) as is_strict
    from (select *, {night}::date as business_date from {landing}) as landed
),
cleaned as materialized (
    select is_strict, number_cells, error_cells, typed_cells, business_date, defect, defect is null as readable,
        ({cells}) is not distinct from ({normal}) as is_normal, {named}
    from landed
)
select is_strict, {broken}, is_normal from cleaned
"""


def judge(warehouse: Warehouse, feed: Feed) -> list[tuple[bool, list[str], bool]]:
    """Of every landed row: strict or not, the rules it breaks in normal form, whether it is in normal form."""
    rules: Compiled = compile_rules(feed, load_suite(feed), NIGHT)
    cells = [sql.Identifier(column.name) for column in feed.columns]
    query = sql.SQL(JUDGE).format(
        night=sql.Literal(NIGHT),
        landing=sql.Identifier("landing", feed.table),
        strict=rules.strict,
        broken=rules.broken,
        cells=sql.SQL(", ").join(cells),
        normal=sql.SQL(", ").join(normalised(column) for column in feed.columns),
        named=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(normalised(column), cell)
            for column, cell in zip(feed.columns, cells, strict=True)
        ),
    )
    return warehouse.connection.execute(query).fetchall()


def check(found: list[tuple[bool, list[str], bool]]) -> None:
    assert all(not broken and is_normal for is_strict, broken, is_normal in found if is_strict)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_rows_that_pass_are_clean_and_normal(warehouse: Warehouse, feed: Feed) -> None:
    suite = load_suite(feed)
    warehouse.land(feed, dirty_rows(feed, suite))
    check(judge(warehouse, feed))


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_clean_rows_in_their_usual_spelling_pass(warehouse: Warehouse, feed: Feed) -> None:
    """Were it otherwise, every row would be looked at with care, and a night would take minutes."""
    suite = load_suite(feed)
    warehouse.land(feed, [good_row(feed, suite, number, NIGHT) for number in range(1, 2000)])
    found = judge(warehouse, feed)
    nested = any(column.type == "json" for column in feed.columns)
    spelled_out = feed.spelling == "id" and any(column.type == "date" for column in feed.columns)
    share = sum(is_strict for is_strict, _, _ in found) / len(found)
    assert share == 0 if nested else share > (0.45 if spelled_out else 0.9)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=CELLS, seed=st.integers(0, 1000))
@pytest.mark.parametrize(
    "name", ["bpjstk.iuran", "bpjstk.kepesertaan", "sipd.sp2d", "distan.kelompok_tani", "hukum.regulasi"]
)
def test_no_cell_slips_through(warehouse: Warehouse, name: str, cells: list[str], seed: int) -> None:
    """A clean row with one cell of any content."""
    feed, chance = feed_called(name), random.Random(seed)  # noqa: S311 - the same rows every time
    suite = load_suite(feed)
    rows: list[dict[str, Any]] = [dict(good_row(feed, suite, number, NIGHT)) for number in range(len(cells))]
    for row, cell in zip(rows, cells, strict=True):
        row[chance.choice(feed.columns).name] = cell
    warehouse.connection.execute(f"drop table if exists landing.{feed.table}")
    warehouse.land(feed, rows)
    check(judge(warehouse, feed))
