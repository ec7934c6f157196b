"""A warehouse of the version before, with nights of its own, is brought to this version and runs the next night."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from cakupan import night
from cakupan.database import Role, apply_schema, connect
from cakupan.database.migration import applied_migrations, known_migrations
from simulator.check import differences
from tests.audit.conftest import altered
from tests.databases import copy_in_place_of
from tests.warehouse.conftest import NIGHTS, Warehouse
from tests.warehouse.marts_as_json import actual
from tests.warehouse.version_before import columns, columns_then, make_older

KEPT = ("ledger.delivery", "ledger.validation", "ledger.publication", "ledger.entry", "identity.worker")


@pytest.fixture
def older(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The three nights' warehouse as the version before would have left it, in a database of its own."""
    with copy_in_place_of("test_marts"):
        with connect(Role.ADMIN) as admin:
            make_older(admin)
        yield warehouse


def digests(connection: psycopg.Connection) -> dict[str, str]:
    """What each table keeps of the nights before, as that version read it."""
    then = columns_then()
    told = {}
    for table in KEPT:
        names = ", ".join(sorted(column for *place, column in then if ".".join(place) == table))
        (told[table],) = connection.execute(
            f"select md5(string_agg(r::text, E'\\n' order by r::text)) from (select {names} from {table}) as r"
        ).fetchone()
    return told


def test_an_older_warehouse_keeps_its_nights_and_runs_the_next(older: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        then, before = columns(admin), digests(admin)
        apply_schema(admin)
        assert columns(admin) > then
        assert digests(admin) == before
        assert [row.name for row in applied_migrations(admin)] == [known.name for known in known_migrations()]
    night.prepare()
    older.load(NIGHTS[-1])
    older.build(NIGHTS[-1])
    with connect(Role.BI) as marts:
        for as_of in (NIGHTS[0], NIGHTS[-1]):
            assert differences(older.expected(as_of), actual(marts, as_of)) == []
        shown = marts.execute("select distinct as_of_date from marts.universal_coverage order by 1").fetchall()
    assert [as_of for (as_of,) in shown] == list(NIGHTS)
    assert altered() == []
    with connect(Role.ADMIN) as admin:
        (run,) = admin.execute("select min(run_id) from ledger.publication").fetchone()
        admin.execute(
            "update warehouse.rows_of_run set rows = '{}' where run_id = %s and relation = 'fct_roster'", (run,)
        )
    told = "it does not list the rows of the night"
    assert altered() == [f"warehouse.rows_of_run of warehouse.fct_roster, run {run}: {told}"]
