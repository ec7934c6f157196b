"""Every night is kept and every row is stored once: against a warehouse that writes each night in full."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from cakupan.database import Role, connect
from tests.warehouse.conftest import BY_DELIVERY, BY_RUN, KEPT_AS_CHANGES, NIGHTS, Warehouse

PUBLISHED = "select run_id from ledger.publication"


@pytest.fixture
def admin(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.ADMIN) as connection:
        yield connection


def rows(connection: psycopg.Connection, name: str, where: str) -> list[str]:
    return [
        row for (row,) in connection.execute(f"select t::text from {name} as t where {where} order by 1").fetchall()
    ]


def test_relations_about_workers_are_kept_as_changes(admin) -> None:
    found = admin.execute("select substr(viewname, 9) from pg_views where viewname like 'history\\_%'").fetchall()
    assert {name for (name,) in found} == KEPT_AS_CHANGES


@pytest.mark.parametrize("name", sorted(BY_RUN))
def test_each_run_has_the_rows_that_were_built_at_their_addresses(admin, name: str) -> None:
    built = rows(admin, f"copies.{name}", f"run_id in ({PUBLISHED})")
    assert built
    assert rows(admin, f"warehouse.history_{name}", f"run_id in ({PUBLISHED})") == built


@pytest.mark.parametrize("name", sorted(BY_DELIVERY))
def test_each_delivery_has_the_rows_that_were_built_at_their_addresses(admin, name: str) -> None:
    built = sorted(set(rows(admin, f"copies.{name}", "true")))
    assert built
    assert rows(admin, f"warehouse.history_{name}", "true") == built


@pytest.mark.parametrize("name", sorted(KEPT_AS_CHANGES))
def test_what_a_night_has_in_common_with_another_is_stored_once(admin, name: str) -> None:
    (stored,) = admin.execute(f"select count(*) from warehouse.{name}").fetchone()
    (shown,) = admin.execute(f"select count(*) from warehouse.history_{name}").fetchone()
    assert 0 < stored < 0.75 * shown, (stored, shown)


STRETCHES = """
    select place.*, steps.step, steps.shift, steps.records
    from warehouse.record_place as place
    cross join unnest(place.record_steps, place.shifts, place.counts) as steps (step, shift, records)
"""


def test_records_keep_their_number_where_rows_move(admin) -> None:
    moved = admin.execute(
        f"with stretch as ({STRETCHES}) select count(*) from stretch as before join stretch as after"
        " on before.series = after.series and before.validation_id < after.validation_id"
        " and int8range(before.first_record + before.step, before.first_record + before.step + before.records)"
        " && int8range(after.first_record + after.step, after.first_record + after.step + after.records)"
        " and before.first_row - before.first_record + before.shift"
        " <> after.first_row - after.first_record + after.shift"
    ).fetchone()
    assert moved > (0,)


def test_a_place_holds_many_stretches_and_one_sheet(admin) -> None:
    stretches, places = admin.execute(
        f"select count(*), count(distinct (validation_id, first_record)) from ({STRETCHES}) as stretches"
    ).fetchone()
    assert places < stretches / 2
    mixed = admin.execute(
        "select count(*) from warehouse.record_place as place"
        " join warehouse.record_place as other using (validation_id)"
        " where place.first_record < other.first_record and other.first_record <= place.last_record"
    ).fetchone()
    assert mixed == (0,)


def test_places_of_earlier_versions_are_read_as_before(admin) -> None:
    """They had a row for each stretch, and no steps; what was sealed is not written anew."""
    shown = {name: rows(admin, f"warehouse.history_{name}", "true") for name in KEPT_AS_CHANGES}
    admin.execute(f"create temporary table stretches as {STRETCHES}")
    admin.execute("delete from warehouse.record_place")
    admin.execute(
        "insert into warehouse.record_place"
        " (validation_id, delivery_id, series, first_record, last_record, sheet, first_row)"
        " select validation_id, delivery_id, series, first_record + step, first_record + step + records - 1, sheet,"
        " first_row + step + shift from stretches"
    )
    assert {name: rows(admin, f"warehouse.history_{name}", "true") for name in KEPT_AS_CHANGES} == shown
    admin.rollback()


def test_places_of_a_delivery_hold_each_accepted_row_once(admin) -> None:
    wrong = admin.execute(
        f"select place.validation_id, sum(place.records), v.accepted_rows"
        f" from ({STRETCHES}) as place join ledger.validation as v using (validation_id)"
        " group by place.validation_id, v.accepted_rows having sum(place.records) <> v.accepted_rows"
    ).fetchall()
    assert wrong == []


def test_a_run_that_is_not_published_leaves_no_row_when_the_next_one_builds(warehouse, admin) -> None:
    before = counts(admin)
    warehouse.build(NIGHTS[0], published=False)
    (failed,) = admin.execute("select max(run_id) from ledger.run").fetchone()
    assert admin.execute("select count(*) from warehouse.rows_of_run where run_id = %s", (failed,)).fetchone() == (
        len(BY_RUN),
    )
    warehouse.build(NIGHTS[0], published=False)
    (last,) = admin.execute("select max(run_id) from ledger.run").fetchone()
    admin.commit()
    assert admin.execute("select count(*) from warehouse.rows_of_run where run_id = %s", (failed,)).fetchone() == (0,)
    assert counts(admin, without=last) == before


def counts(connection: psycopg.Connection, without: int = 0) -> dict[str, int]:
    connection.commit()
    return {
        name: connection.execute(f"select count(*) from warehouse.{name} where run_id <> %s", (without,)).fetchone()[0]
        for name in sorted(BY_RUN)
    }
