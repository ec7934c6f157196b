"""Two nights on a Citus cluster: the same figures, the same history, and joins of facts that run where the rows lie."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from cakupan import night
from cakupan.database import Role, apply_schema, connect, create_database
from simulator.check import differences
from simulator.manifest import Plan
from simulator.nights import generate
from tests.warehouse.conftest import KEPT_AS_CHANGES, NIGHTS, Warehouse
from tests.warehouse.marts_as_json import actual
from tests.warehouse.test_can_be_distributed import CUT_BY

URL = os.environ.get("CAKUPAN_TEST_CITUS_URL", "")
pytestmark = [
    pytest.mark.night,
    pytest.mark.skipif(not URL, reason="CAKUPAN_TEST_CITUS_URL names no Citus coordinator with an empty database"),
]
EVIDENCE = "select evidence from marts.fct_coverage_daily where evidence is not null"
CUT_AND_KEPT = sorted(KEPT_AS_CHANGES & CUT_BY.keys())
LARGEST_JOINS = {
    "a roster and who of it is covered": """
        select roster.agency_code, count(*) filter (where coverage.is_active_participant)
        from warehouse.tonight_fct_roster as roster
        inner join warehouse.tonight_fct_coverage_daily as coverage on roster.worker_key = coverage.worker_key
        group by roster.agency_code
    """,
    "contributions and whose they are": """
        select line.funding_source_code, sum(line.amount_idr), count(owner.worker_key)
        from warehouse.int_contribution as line
        left join (
            select distinct on (membership_key) membership_key, worker_key
            from warehouse.int_membership_owner
            where until_run_id is null
            order by membership_key, business_date desc
        ) as owner on line.membership_key = owner.membership_key
        group by line.funding_source_code
    """,
    "a night and its rows": "select count(sheet) from warehouse.history_fct_coverage_daily where run_id = 1",
}


@pytest.fixture(scope="module")
def spread(public_folder: Callable[[], Any]) -> Iterator[Warehouse]:
    """A city of which two nights were built on the cluster."""
    where = psycopg.conninfo.conninfo_to_dict(URL)
    root = public_folder()
    with pytest.MonkeyPatch.context() as changed:
        for name, value in {
            "CAKUPAN_HOME": root / "home",
            "CAKUPAN_CITUS": "on",
            "CAKUPAN_PG_HOST": where["host"],
            "CAKUPAN_PG_PORT": where.get("port", 5432),
            "CAKUPAN_PG_DATABASE": where["dbname"],
            "CAKUPAN_PG_ADMIN_USER": where["user"],
            "CAKUPAN_PG_ADMIN_PASSWORD": where.get("password", "unused"),
        }.items():
            changed.setenv(name, str(value))
        with connect(Role.ADMIN) as admin:
            used = admin.execute("select to_regnamespace('ledger') is not null").fetchone()
            assert used == (False,), "the database is not empty"
        create_database()
        with connect(Role.ADMIN) as admin:
            apply_schema(admin)
        night.prepare()
        generate(Plan(root / "city", 400, 11, 0.04, NIGHTS[:2], ()))
        made = Warehouse(root / "city")
        for each in NIGHTS[:2]:
            made.load(each)
            made.build(each)
        yield made


def plan(query: str) -> dict[str, Any]:
    with connect(Role.ADMIN) as admin:
        ((found,),) = admin.execute(b"explain (costs off, format json) " + query.encode())
    return found[0]["Plan"]


def test_the_figures_are_the_right_ones(spread: Warehouse) -> None:
    with connect(Role.AUDITOR) as auditor:
        assert {each: differences(spread.expected(each), actual(auditor, each)) for each in NIGHTS[:2]} == {
            each: [] for each in NIGHTS[:2]
        }


def test_facts_are_cut_and_lists_and_reference_data_are_everywhere(spread: Warehouse) -> None:
    query = "select table_name::text, citus_table_type, distribution_column from citus_tables"
    with connect(Role.ADMIN) as admin:
        found = admin.execute(query.encode()).fetchall()
        (shards,) = admin.execute("select count(distinct nodename || nodeport) from citus_shards").fetchone() or (0,)
    cut = {name.removeprefix("warehouse."): column for name, kind, column in found if kind == "distributed"}
    tonight = {f"tonight_{name}": CUT_BY[name] for name in CUT_AND_KEPT}
    assert cut == CUT_BY | tonight
    everywhere = {name for name, kind, _ in found if kind == "reference"}
    assert {"warehouse.rows_of_run", "warehouse.record_place", "reference.region", "reference.segment"} <= everywhere
    assert shards > 1


@pytest.mark.parametrize("name", CUT_AND_KEPT)
def test_each_night_is_read_as_it_was_built(spread: Warehouse, name: str) -> None:
    with connect(Role.ADMIN) as admin:
        columns = ", ".join(
            column
            for (column,) in admin.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", (f"copies.{name}",)
            )
        )
        kept, built = f"select {columns} from warehouse.history_{name}", f"select {columns} from copies.{name}"
        admin.execute(f"create temporary table kept as {kept}".encode())
        differing = f"(table kept except {built}) union all ({built} except table kept)"
        assert admin.execute(differing.encode()).fetchall() == []
        assert admin.execute("select count(*) > 0 from kept").fetchone() == (True,)


@pytest.mark.parametrize("join", LARGEST_JOINS)
def test_the_largest_joins_run_where_the_rows_lie(spread: Warehouse, join: str) -> None:
    told = json.dumps(plan(LARGEST_JOINS[join]))
    assert told.count('"Citus Adaptive"') == 1
    assert "Subplan" not in told and "Join" in told.split('"Tasks"')[1]


def test_references_are_those_of_one_machine(spread: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        ((secret,),) = admin.execute("select secret from ledger.row_reference_key where only_row").fetchall()
        addresses = [words for (words,) in admin.execute(EVIDENCE)]
        referred = [admin.execute("select warehouse.references_of(%s, %s)", (secret, words)) for words in addresses]
        references = [each.fetchone() for each in referred]
    assert addresses
    assert references == [
        (sorted(hashlib.sha256(secret + word.encode()).hexdigest()[:32] for word in words),) for words in addresses
    ]


def test_auditors_read_every_mart_and_other_readers_are_refused_what_is_spread(spread: Warehouse) -> None:
    with connect(Role.AUDITOR, autocommit=True) as auditor:
        named = "select relname from pg_class where relkind = 'v' and relnamespace = 'marts'::regnamespace"
        marts = [name for (name,) in auditor.execute(named.encode())]
        for mart in marts:
            auditor.execute(f"select * from marts.{mart}".encode())
    assert "fct_coverage_daily" in marts
    with connect(Role.BI, autocommit=True) as reader:
        assert reader.execute("select count(*) > 0 from marts.universal_coverage").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # by a worker: docs/citus.md
            reader.execute(EVIDENCE)
