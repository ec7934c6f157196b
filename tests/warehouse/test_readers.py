"""What readers of schema marts may rely on, whatever is being built and in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cakupan.database import Role, connect
from cakupan.publish import LAYERS
from cakupan.publish.standing import StandingViews
from simulator.check import differences
from tests.databases import copy_in_place_of
from tests.warehouse.conftest import NIGHTS, Warehouse, dbt
from tests.warehouse.marts_as_json import actual

VIEWS = "select c.relname, c.oid from pg_class c where c.relnamespace = 'marts'::regnamespace order by 1"


@pytest.fixture
def reader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """A BI tool's connection."""
    with connect(Role.BI) as connection:
        yield connection


@pytest.fixture
def transformer(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.TRANSFORMER) as connection:
        yield connection


def contents(connection: psycopg.Connection) -> dict[str, tuple]:
    """Every mart as its number of rows and one hash of them."""
    fingerprint = "select count(*), md5(string_agg(r::text, '' order by r::text)) from marts.{} r"
    return {
        name: connection.execute(fingerprint.format(name)).fetchone()
        for name, _ in connection.execute(VIEWS).fetchall()
    }


@pytest.mark.parametrize("night", NIGHTS)
def test_every_figure_is_right_although_a_delivery_came_late(warehouse, reader, night) -> None:
    assert differences(warehouse.expected(night), actual(reader, night)) == []


def test_a_membership_belongs_to_whom_the_newest_delivery_names(transformer) -> None:
    log = """
        select distinct on (membership_key) membership_key, worker_key from warehouse.int_membership_owner
        where business_date <= %(night)s and until_run_id is null order by membership_key, business_date desc
    """
    rows = """
        select distinct on (membership_key) membership_key, worker_key from warehouse.history_fct_membership
        where business_date <= %(night)s order by membership_key, business_date desc
    """
    for night in NIGHTS:
        wrong = transformer.execute(f"(({log}) except ({rows})) union all (({rows}) except ({log}))", {"night": night})
        assert wrong.fetchall() == []


def test_the_log_of_owners_holds_changes_only(transformer) -> None:
    repeated = transformer.execute(
        "select count(*) from ("
        " select worker_key, lag(worker_key) over (partition by membership_key order by business_date) as previous"
        " from warehouse.int_membership_owner where until_run_id is null) as log where worker_key = previous"
    ).fetchone()
    assert repeated == (0,)


def test_a_workers_history_is_what_each_night_showed(reader) -> None:
    wrong = reader.execute(
        """
        select night.as_of_date, count(*)
        from marts.fct_coverage_daily as night
        left join marts.dim_worker as worker
            on worker.worker_key = night.worker_key
            and night.as_of_date between worker.valid_from and coalesce(worker.valid_to, 'infinity')
        where (worker.sex, worker.age_band, worker.region_code, worker.sector_code)
            is distinct from (night.sex, night.age_band, night.region_code, night.sector_code)
        group by 1
        """
    )
    assert wrong.fetchall() == []


def test_versions_of_a_worker_have_neither_gap_nor_overlap_nor_equal_neighbours(reader) -> None:
    versions = reader.execute(
        "select valid_to - lead(valid_from) over worker_nights, (sex, age_band, region_code, sector_code)"
        " is not distinct from lead((sex, age_band, region_code, sector_code)) over worker_nights,"
        " lead(valid_from) over worker_nights is not null"
        " from marts.dim_worker window worker_nights as (partition by worker_key order by valid_from)"
    ).fetchall()
    followed = [(days, equal) for days, equal, is_followed in versions if is_followed]
    assert followed
    assert set(followed) == {(-1, False)}


def test_a_worker_is_found_once_on_any_day(reader) -> None:
    for night in NIGHTS:
        (most,) = reader.execute(
            "select max(versions) from (select count(*) as versions from marts.dim_worker"
            " where %s between valid_from and coalesce(valid_to, 'infinity') group by worker_key) as of_worker",
            (night,),
        ).fetchone()
        assert most == 1


def test_a_contribution_names_the_worker_of_the_newest_published_night(reader, transformer) -> None:
    (resolved,) = reader.execute("select count(worker_key) from marts.fct_contribution").fetchone()
    (known,) = transformer.execute(
        "select count(*) from warehouse.int_contribution where membership_key in"
        " (select membership_key from warehouse.int_membership_owner)"
    ).fetchone()
    assert resolved == known > 0


def test_a_build_neither_waits_for_readers_nor_shows_itself(warehouse, reader, monkeypatch) -> None:
    before = contents(reader)
    views = reader.execute(VIEWS).fetchall()
    # The reader's transaction stays open: it holds a lock on every view and every table behind it.
    reader.execute("set local idle_in_transaction_session_timeout = '1h'")
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=10s")
    for night in (NIGHTS[0], NIGHTS[-1]):
        warehouse.build(night, published=False)
    with connect(Role.BI) as another:
        assert contents(another) == before
        assert another.execute(VIEWS).fetchall() == views
    with connect(Role.LOADER) as loader:  # and the next night has no view to look at
        found = StandingViews(loader)
        assert [layer for layer in LAYERS[1:] if not found.stand(layer)] == []


def test_whose_a_contribution_is_changes_when_the_night_is_published(warehouse) -> None:
    lines = "select md5(string_agg(t::text, '|' order by t::text)) from marts.fct_contribution as t"
    with copy_in_place_of("test_marts"):
        with connect(Role.ADMIN) as admin:
            right = admin.execute(lines).fetchone()
            # As if deliveries that have come since said who it is: until then the log named somebody else.
            admin.execute("update warehouse.int_membership_owner set worker_key = gen_random_uuid()")
            admin.execute("delete from warehouse.int_membership_delivery")
            before = admin.execute(lines).fetchone()
        assert before != right
        for published, shown in ((False, before), (True, right)):
            warehouse.build(NIGHTS[-1], published=published)
            with connect(Role.AUDITOR) as reader:
                assert reader.execute(lines).fetchone() == shown


def test_no_mart_has_a_column_for_an_identity(reader) -> None:
    named = reader.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
        " and (column_name in ('nik', 'kpj', 'nama', 'born_on') or column_name like '%birth%')"
    )
    assert named.fetchall() == []


def test_the_auditor_alone_sees_an_unresolved_membership_number(warehouse) -> None:
    with connect(Role.AUDITOR) as auditor:
        (found,) = auditor.execute(
            "select count(*) from marts.audit_findings where finding_code = 'UNRESOLVED_PARTICIPANT'"
        ).fetchone()
        (shown,) = auditor.execute(
            "select count(kpj) from identity.unresolved_participants('Ani', 'audit 2025', 'LHP 1/2025')"
        ).fetchone()
        auditor.rollback()
    assert shown == found


@pytest.mark.parametrize("schema", ["marts", "latest"])
def test_every_relation_and_column_tells_readers_what_it_is_in_two_languages(reader, schema) -> None:
    silent = reader.execute(
        "select c.relname, a.attname from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relnamespace = %s::regnamespace and not coalesce("
        r" obj_description(c.oid) ~ '\S.*\n\S.*\ndefinition ' and col_description(c.oid, a.attnum) ~ '\S.*\n.*\S',"
        " false)",
        (schema,),
    )
    assert silent.fetchall() == []


SILENT = r"""
select c.oid::regclass::text, a.attname
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where
    n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'copies') and c.relkind in ('r', 'p', 'v', 'm')
    and not coalesce(obj_description(c.oid) ~ '\S.*\n.*\S' and col_description(c.oid, a.attnum) ~ '\S.*\n.*\S', false)
order by 1, 2
"""
"""What says nothing of itself, or in one language; `copies` are these tests' own."""


def test_every_relation_and_column_of_the_database_tells_what_it_is_in_two_languages(warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        (schemas,) = admin.execute(
            "select count(distinct relnamespace) from pg_class where relnamespace::regnamespace::text in"
            " ('ledger', 'landing', 'quarantine', 'accepted', 'keyed', 'identity', 'quality', 'reference', 'warehouse',"
            " 'marts', 'latest', 'open', 'disclosure', 'office')"
        ).fetchone()
        assert schemas == 14
        assert admin.execute(SILENT).fetchall() == []


def test_a_comment_says_which_nights_a_relation_shows(reader) -> None:
    told = {
        name: str(comment)
        for name, comment in reader.execute(
            "select oid::regclass::text, obj_description(oid) from pg_class where relnamespace = 'marts'::regnamespace"
        )
    }
    dated = {
        f"marts.{name}"
        for (name,) in reader.execute(
            "select table_name from information_schema.columns"
            " where table_schema = 'marts' and column_name = 'as_of_date'"
        )
    }
    assert {name for name, comment in told.items() if "Every published night" in comment} == {
        name.removeprefix("marts.") for name in dated
    }


def test_money_and_dates_by_hand_made_rows(dbt_environment, tmp_path: Path) -> None:
    outcome = dbt(tmp_path, "test", "--selector", "unit", **dbt_environment)
    assert outcome.exception is None
    assert outcome.result.results
    assert {str(result.status) for result in outcome.result.results} == {"pass"}
