"""Schema latest: what a BI tool may count and add without naming a night."""

from __future__ import annotations

import runpy
from collections.abc import Iterator

import psycopg
import pytest

from cakupan import settings
from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse

COLUMNS = """
    select table_name, array_agg(column_name::text order by ordinal_position)
    from information_schema.columns where table_schema = %s group by table_name
"""


@pytest.fixture
def reader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """A BI tool's connection."""
    with connect(Role.BI) as connection:
        yield connection


def columns(connection: psycopg.Connection, schema: str) -> dict[str, list[str]]:
    return dict(connection.execute(COLUMNS, (schema,)).fetchall())


def test_the_models_are_what_the_script_writes_from_the_marts() -> None:
    script = runpy.run_path(str(settings.PROJECT / "scripts/latest_models.py"))
    files = script["files"]()
    assert {path: path.read_text(encoding="utf-8") for path in script["FOLDER"].iterdir()} == files


def test_every_mart_has_a_view_of_its_name_with_its_columns_and_a_date_beside_each_month(reader) -> None:
    marts, latest = columns(reader, "marts"), columns(reader, "latest")
    assert len(marts) > 40
    assert latest.keys() == marts.keys()
    for name, known in marts.items():
        months = {f"{column}_on" for column in known if column.endswith("month") and column != "month"}
        added = [column for column in latest[name] if column not in known]
        assert set(added) == months | ({"month_on"} if name == "dim_date" else set()), name


def test_a_view_shows_the_newest_published_night_and_no_other(reader) -> None:
    for name, known in columns(reader, "marts").items():
        condition = (
            "as_of_date = %(night)s" if "as_of_date" in known else "is_current" if "is_current" in known else "true"
        )
        listed = ", ".join(known)
        both = f"select {listed} from marts.{name} where {condition}", f"select {listed} from latest.{name}"
        for one, other in (both, both[::-1]):
            found = reader.execute(f"select count(*) from ({one} except all {other}) as t", {"night": NIGHTS[-1]})
            assert found.fetchone() == (0,), name
    of_nights = [name for name, known in columns(reader, "latest").items() if "as_of_date" in known]
    seen = {night for name in of_nights for (night,) in reader.execute(f"select as_of_date from latest.{name}")}
    assert seen == {NIGHTS[-1]}


def test_a_month_has_its_first_day_beside_it(reader) -> None:
    wrong = reader.execute(
        "select count(*) filter (where to_char(lapse_month_on, 'YYYYMM') <> lapse_month"
        " or extract(day from lapse_month_on) <> 1), count(*) > 0 from latest.lapse_calendar"
    )
    assert wrong.fetchone() == (0, True)


def test_a_connection_finds_names_without_a_schema_and_then_sees_every_night(warehouse) -> None:
    for role in (Role.BI, Role.AUDITOR):
        with connect(role) as connection:
            found = connection.execute("select count(distinct as_of_date) from coverage_by_sector").fetchone()
        assert found == (len(NIGHTS),), role


def test_one_night_is_found_without_reading_the_others(reader) -> None:
    for way in ("seqscan", "material", "hashjoin", "mergejoin"):  # three nights fit in a page: show what many would do
        reader.execute(f"set enable_{way} = off")
    for name in ("coverage_by_sector", "fct_coverage_daily"):
        plan = "\n".join(line for (line,) in reader.execute(f"explain select * from latest.{name}"))
        assert "Seq Scan" not in plan.replace("Seq Scan on publication", ""), plan
        assert "(run_id = publication.run_id)" in plan, plan
