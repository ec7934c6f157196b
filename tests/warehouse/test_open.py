"""Schema open: what was judged to be shown of the marts, and nothing that was not judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from cakupan import disclosure
from cakupan.answers.asking import count_answers
from cakupan.database import Role, connect
from cakupan.disclosure.cells import Count, Name
from tests.disclosure.city import widths
from tests.warehouse.conftest import NIGHTS, Warehouse

NIGHT = NIGHTS[-1]
IN_MARTS = (
    ("coverage_by_sector", "active_participants", ["sector_code"]),
    ("coverage_by_funding_source", "active_participants", ["funding_source_code"]),
    ("coverage_by_agency", "active_participants", ["agency_code", "worker_category"]),
    ("coverage_by_region", "active_participants", ["region_code"]),
    ("coverage_by_region", "by_dbhcht", ["region_code"]),
    ("lapse_calendar", "participants", ["lapse_month", "funding_source_code"]),
)
"""Relation, count and key."""


@pytest.fixture(scope="module")
def auditor(warehouse: Warehouse) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
    """A reader of the marts, of what is open and of why."""
    with connect(Role.AUDITOR) as connection, connection.cursor(row_factory=dict_row) as cursor:
        yield cursor


@pytest.mark.parametrize(("relation", "count", "key"), IN_MARTS)
def test_shows_the_marts_figures_but_none_under_five(auditor, relation, count, key) -> None:
    rows = auditor.execute(
        f"select m.{count} as counted, o.{count} as shown, o.{count}_hidden as is_hidden"
        f" from marts.{relation} as m inner join open.{relation} as o using (as_of_date, {', '.join(key)})"
    ).fetchall()
    assert rows and {row["is_hidden"] for row in rows} == {True, False}
    for row in rows:
        assert row["shown"] == (None if row["is_hidden"] else row["counted"])
        assert row["shown"] is None or row["shown"] >= 5


def test_every_count_of_every_published_night_was_judged(auditor) -> None:
    left = auditor.execute(
        "select c.as_of_date, relation, measure, cell from disclosure.counted as c"
        " inner join ledger.published using (as_of_date)"
        " left join disclosure.cell as j using (run_id, relation, measure, cell)"
        " where j.persons is distinct from c.persons or j.group_name <> c.group_name"
    ).fetchall()
    assert left == []


def test_no_hidden_count_of_a_night_can_be_reckoned(auditor) -> None:
    """By an attacker who reads all of open and all answers of the night; of some counts, each attack takes a while."""
    judged = auditor.execute(
        "select relation, measure, cell, group_name, persons, least, is_hidden from disclosure.cell"
        " inner join ledger.published using (run_id) where as_of_date = %s order by 1, 2, 3",
        (NIGHT,),
    ).fetchall()
    counts, hidden = [], set()
    for row in judged:
        name = Name(row["relation"], row["measure"], row["cell"])
        counts.append(Count(name, row["persons"], row["least"], (row["relation"], row["group_name"], row["cell"])))
        if row["is_hidden"]:
            hidden.add(name)
    attacked = {one.name: one.least for one in counts if one.name in hidden and one.is_small}
    some = set(sorted(attacked, key=lambda name: (name.cell, name.relation))[::6])
    assert len(some) > 10
    at_best = widths(counts, {one.name for one in counts}, some, NIGHT)  # a sector whose target is 3 is never above it
    for name, width in widths(counts, hidden, some, NIGHT).items():
        assert width >= min(attacked[name], at_best[name]), name
    assert {one.name for one in counts if one.is_small} <= hidden
    assert len(hidden) < 0.7 * len(counts)  # of so small a city more than half are too small


def test_what_was_not_judged_is_not_shown(warehouse) -> None:
    look = "select count(*) from open.coverage_by_sector where as_of_date = %s"
    with connect(Role.ADMIN) as admin:
        assert admin.execute(look, (NIGHT,)).fetchone() != (0,)
        admin.execute("delete from disclosure.cell where relation = 'coverage_by_sector' and cell = 'A'")
        assert admin.execute(
            "select distinct active_participants, coverage_rate, gap_to_target, active_participants_hidden"
            " from open.coverage_by_sector where sector_code = 'A'"
        ).fetchall() == [(None, None, None, True)]
        admin.execute("delete from disclosure.cell")
        admin.execute("delete from disclosure.judgement")
        assert admin.execute(look, (NIGHT,)).fetchone() == (0,)
        admin.rollback()


def test_judging_again_decides_nothing_anew(warehouse) -> None:
    with connect(Role.TRANSFORMER) as connection:
        assert disclosure.judge_nights(connection, count_answers) == []


def test_money_of_a_hidden_payer_is_hidden_with_the_persons(auditor) -> None:
    rows = auditor.execute(
        "select active_participants_hidden as is_hidden, contributions_ytd_idr from open.coverage_by_funding_source"
    ).fetchall()
    assert any(row["is_hidden"] for row in rows)
    assert all((row["contributions_ytd_idr"] is None) == row["is_hidden"] for row in rows)
