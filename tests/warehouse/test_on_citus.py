"""Two nights on a Citus cluster: the same figures, the same history, and joins of facts that run where the rows lie."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from cakupan import night
from cakupan.database import Role, apply_schema, connect, create_database, grants
from cakupan.database.connection import url_of
from cakupan.database.offices import add_login, login_of, remove_login
from cakupan.ledger import publications
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
EVIDENCE = "select evidence from marts.fct_coverage_daily where cardinality(evidence) > 0"
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


READABLE = """
    select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where
        c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_|^citus|information_schema|copies'
        and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
    order by 1
"""


@pytest.fixture
def office(spread: Warehouse) -> Iterator[psycopg.Connection]:
    """The login of an office whose workers are cut over machines."""
    with connect(Role.ADMIN) as admin:
        password = add_login(admin, "dispar")
    with psycopg.connect(url_of(login_of("dispar"), password), autocommit=True) as connection:
        yield connection
    with connect(Role.ADMIN) as admin:
        remove_login(admin, "dispar")


def readable(connection: psycopg.Connection) -> list[str]:
    """What the login may read, after it has read each to its last row."""
    names = [name for (name,) in connection.execute(READABLE.encode())]
    for name in names:
        connection.execute(f"select * from {name}".encode())
    return names


@pytest.mark.parametrize(("role", "least"), [(Role.BI, 90), (Role.VIEWER, 10), (Role.AUDITOR, 150)])
def test_a_reader_reads_each_relation_that_it_may(spread: Warehouse, role: Role, least: int) -> None:
    with connect(role, autocommit=True) as reader:
        assert len(readable(reader)) >= least


def test_a_reader_sees_the_right_figures(spread: Warehouse) -> None:
    with connect(Role.BI) as reader:
        assert differences(spread.expected(NIGHTS[1]), actual(reader, NIGHTS[1])) == []


def test_an_office_sees_rows_of_its_own_alone(office: psycopg.Connection) -> None:
    assert readable(office) == ["delivery", "quarantined_row", "roster", "scorecard"]
    for relation, column in (("roster", "agency_code"), ("scorecard", "agency_code"), ("delivery", "agency")):
        assert office.execute(f"select distinct {column} from office.{relation}".encode()).fetchall() == [("dispar",)]


def test_what_views_hide_stays_hidden(spread: Warehouse) -> None:
    with connect(Role.ADMIN, autocommit=True) as admin, connect(Role.BI, autocommit=True) as reader:
        shards = [name for (name,) in admin.execute("select shard_name from citus_shards order by 1")]
        foreign = [name for (name,) in admin.execute("select oid::regclass::text from pg_class where relkind = 'f'")]
        for name in (*foreign, *shards):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)):
                reader.execute(f"select * from {name}".encode())
        # Whoever sends a machine a statement of its own enters it as who it is.
        sent = b"select bool_or(told.success) from run_command_on_all_nodes(%s) as told"
        for name in shards:
            statement = (f"select count(*) from {name}",)
            assert [each.execute(sent, statement).fetchone() for each in (admin, reader)] == [(True,), (False,)]
    assert len(foreign) > 30 and len(shards) > 50


def test_addresses_are_shown_to_auditors_and_references_to_others(spread: Warehouse) -> None:
    with connect(Role.AUDITOR) as auditor:
        ((secret,),) = auditor.execute("select secret from ledger.row_reference_key where only_row").fetchall()
        addresses = [words for (words,) in auditor.execute(EVIDENCE)]
    hashed = [sorted(hashlib.sha256(secret + word.encode()).hexdigest()[:32] for word in words) for words in addresses]
    shown = (
        "select count(delivery_id) + count(sheet) + count(row_number), count(row_reference) > 0 from marts.fct_roster"
    )
    with connect(Role.BI) as reader:
        assert sorted(words for (words,) in reader.execute(EVIDENCE)) == sorted(hashed) != []
        assert reader.execute(shown.encode()).fetchone() == (0, True)


def test_what_a_reader_asks_of_one_relation_is_answered_where_the_rows_lie(spread: Warehouse) -> None:
    query = """
        explain (verbose, costs off) select region_code, count(*) from marts.fct_coverage_daily
        where as_of_date = '2025-09-01' group by 1
    """
    with connect(Role.BI) as reader:
        told = "\n".join(line for (line,) in reader.execute(query.encode()))
    (sent,) = re.findall(r"Remote SQL: (.*)", told)
    assert "count(*)" in sent and "as_of_date = " in sent and "ANY" in sent
    assert "Aggregate on (warehouse.asked_warehouse_history_fct_coverage_daily" in told


def test_grants_are_as_declared(spread: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        assert [each.told for each in grants.differences(admin) if "copies" not in each.told] == []


def test_what_is_published_is_on_record_with_its_rows(spread: Warehouse) -> None:
    with connect(Role.LOADER) as loader:
        behind = {relation.name for relation in publications.relations(loader)}
    assert {f"warehouse.{name}" for name in CUT_BY} <= behind
