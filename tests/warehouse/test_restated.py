"""What readers saw before a night was published again, and which figures changed because of which delivery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest

from cakupan.cli.known_at import as_known
from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse, of_every_night

SECOND = NIGHTS[1]


@pytest.fixture
def loader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(Role.ADMIN) as connection:
        yield connection


@pytest.fixture
def publications(loader: psycopg.Connection) -> list[tuple[int, datetime]]:
    """The second night without its membership delivery, and with it."""
    rows = loader.execute(
        "select run_id, published_at from ledger.publication where as_of_date = %s order by publication_id", (SECOND,)
    ).fetchall()
    assert len(rows) == 2
    return rows


def by_run(connection: psycopg.Connection) -> list[str]:
    named = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'as_of_date'"
        " intersect select table_name from information_schema.columns"
        " where table_schema = 'warehouse' and column_name = 'run_id' order by 1"
    )
    return [name for (name,) in named.fetchall()]


def test_marts_as_known_at_a_moment_are_those_published_then(loader, publications) -> None:
    (run, published_at), _ = publications
    relations = by_run(loader)
    assert len(relations) > 12
    # Evidence holds addresses for auditors alone, and other readers see references in their place.
    with connect(Role.AUDITOR, options=as_known(published_at.isoformat())) as reader:
        for name in relations:
            described = reader.execute(f"select * from marts.{name} limit 0").description or ()
            columns = [column.name for column in described if column.name != "row_reference"]  # made when it is read
            rows = (
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from (select {', '.join(columns)}"
            )
            shown = reader.execute(f"{rows} from marts.{name} where as_of_date = %s) as t", (SECOND,)).fetchone()
            then = loader.execute(f"{rows} from {of_every_night(name)} where run_id = %s) as t", (run,)).fetchone()
            assert shown == then, name


def test_nothing_is_known_before_the_first_publication(warehouse) -> None:
    with connect(Role.BI, options=as_known("2020-01-01T00:00:00+07:00")) as reader:
        assert reader.execute("select count(*) from marts.universal_coverage").fetchone() == (0,)
        assert reader.execute("select count(*) from marts.fct_membership").fetchone() == (0,)


def test_a_restated_figure_says_what_it_was_by_how_much_and_because_of_what(loader, publications) -> None:
    (before, _), (after, _) = publications
    expected = loader.execute(
        "select sector_code, a.active_participants::text, b.active_participants::text,"
        " b.active_participants - a.active_participants"
        " from warehouse.coverage_by_sector a join warehouse.coverage_by_sector b using (sector_code)"
        " where a.run_id = %s and b.run_id = %s and a.active_participants <> b.active_participants order by 1",
        (before, after),
    ).fetchall()
    assert expected
    with connect(Role.BI) as reader:
        told = reader.execute(
            "select row_key, value_before, value_after, difference from marts.restated_figures"
            " where as_of_date = %s and relation = 'coverage_by_sector' and figure = 'active_participants' order by 1",
            (SECOND,),
        ).fetchall()
        causes = reader.execute(
            "select distinct unnest(deliveries) from marts.restated_figures"
            " where as_of_date = %s and relation = 'coverage_by_sector'",
            (SECOND,),
        ).fetchall()
    assert told == expected
    assert len(causes) == 1
    assert causes[0][0].startswith(f"bpjstk.kepesertaan {SECOND} #")


def test_rows_that_came_or_went_are_told_too(loader, publications) -> None:
    (before, _), (after, _) = publications
    lineage = "warehouse.history_dbhcht_lineage"
    keys = f"select sp2d_no || worker_key::text || contribution_month from {lineage} where run_id = %s"
    rows = {run: {key for (key,) in loader.execute(keys, (run,))} for run in (before, after)}
    with connect(Role.BI) as reader:
        told = reader.execute(
            "select row_key, value_before is null from marts.restated_figures"
            " where as_of_date = %s and relation = 'dbhcht_lineage' and figure = 'protection_status'"
            " and (value_before is null or value_after is null)",
            (SECOND,),
        ).fetchall()
    shown = {
        sp2d + worker + month: new for (sp2d, worker, _, month), new in ((k.split("|"), n) for k, n in told) if worker
    }
    assert {key for key, new in shown.items() if new} == rows[after] - rows[before] - {None}
    assert {key for key, new in shown.items() if not new} == rows[before] - rows[after] - {None}
