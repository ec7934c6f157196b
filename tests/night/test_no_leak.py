"""No NIK, KPJ or name of the city outside landing, quarantine and identity."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from cakupan import settings
from cakupan.feeds import load_feeds
from tests.night.conftest import Installation

TOKEN = re.compile(r"\d{11,17}")


@pytest.fixture(scope="module")
def admin(nights: Installation):
    url = nights.url("admin")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def personal(admin: psycopg.Connection) -> set[str]:
    """Every NIK, KPJ and name that was delivered."""
    values: set[str] = set()
    for feed in load_feeds(settings.FEEDS):
        for column in feed.columns:
            if column.personal and column.type != "date":
                rows = admin.execute(f"select distinct {column.name} from landing.{feed.table}").fetchall()
                values |= {value.strip() for (value,) in rows if value and len(value.strip()) > 8}
    assert len(values) > 1000
    return values


def leaks(text: str, personal: set[str]) -> set[str]:
    """Personal values in a text: numbers by their digits, names as whole words."""
    found = set(TOKEN.findall(text)) & personal
    names = {value for value in personal if not value[0].isdigit()}
    return found | {name for name in names if name in text}


def files(home: Path) -> list[Path]:
    roots = (home / "airflow", home / "dbt", home / "outbox")
    logs = [home / "night.log", home / "database/data/server.log", *(home / "reports").iterdir()]
    return [path for root in roots for path in root.rglob("*") if path.is_file()] + logs


def test_not_in_any_log_or_artifact(nights: Installation, personal: set[str]) -> None:
    scanned = files(nights.home)
    assert {"partial_parse.msgpack", "dim_worker.sql"} <= {path.name for path in scanned}
    assert any(path.suffix == ".log" for path in scanned)
    for path in scanned:
        assert leaks(path.read_text(errors="replace"), personal) == set(), path


def test_not_in_what_was_printed(nights: Installation, personal: set[str]) -> None:
    for run in nights.ran.values():
        assert leaks(run.stdout + run.stderr, personal) == set()


@pytest.mark.parametrize("schema", ["marts", "warehouse", "quality", "ledger", "reference"])
def test_not_in_any_open_relation(admin: psycopg.Connection, personal: set[str], schema: str) -> None:
    relations = admin.execute(
        "select table_name from information_schema.tables where table_schema = %s and table_name not like 'stg%%'",
        (schema,),
    ).fetchall()
    assert relations
    for (name,) in relations:
        rows = admin.execute(f"select coalesce(string_agg(r::text, ' '), '') from {schema}.{name} r").fetchone()
        assert leaks(rows[0], personal) == set(), name


def test_not_in_airflows_database(nights: Installation, personal: set[str]) -> None:
    url = nights.url("airflow")
    with psycopg.connect(re.sub(r"/[^/]*$", "/airflow", url), autocommit=True) as airflow:
        for table in ("xcom", "dag_run", "task_instance", "rendered_task_instance_fields", "log", "asset_event"):
            (text,) = airflow.execute(f"select coalesce(string_agg(r::text, ' '), '') from {table} r").fetchone()
            assert leaks(text, personal) == set(), table


def test_the_search_finds_what_is_there(personal: set[str]) -> None:
    nik = next(value for value in personal if re.fullmatch(r"\d{16}", value))
    name = next(value for value in personal if " " in value and not value[0].isdigit())
    assert leaks(f"row of {name}, {nik}.", personal) >= {nik, name}
