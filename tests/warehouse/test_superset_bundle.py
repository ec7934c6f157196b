"""The Superset bundle holds together: what charts ask for is there, and PostgreSQL answers it."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml

from cakupan import settings
from cakupan.database import Role, connect
from tests.warehouse.conftest import NIGHTS, Warehouse

FOLDER = settings.PROJECT / "dashboards/superset"


def read(folder: str) -> dict[str, dict[str, Any]]:
    paths = sorted(FOLDER.glob(f"{folder}/**/*.yaml"))
    found = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths)
    return {each["uuid"]: each for each in found}


DATASETS, CHARTS, DASHBOARDS = read("datasets"), read("charts"), read("dashboards")


@pytest.fixture
def reader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """A BI tool's connection."""
    with connect(Role.BI) as connection:
        yield connection


def relation(dataset: dict[str, Any]) -> str:
    return f"({dataset['sql']})" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"


def test_the_bundle_is_what_the_script_writes() -> None:
    written = runpy.run_path(str(settings.PROJECT / "scripts/superset_bundle.py"))["files"]()
    assert sorted(FOLDER.rglob("*.yaml")) == sorted(written)
    assert [path.name for path, text in written.items() if path.read_text(encoding="utf-8") != text] == []


def test_no_password_and_no_place_is_in_the_bundle() -> None:
    (database,) = read("databases").values()
    assert database["sqlalchemy_uri"] == "postgresql+psycopg2://cakupan_bi:XXXXXXXXXX@postgres:5432/warehouse"
    assert not database["allow_dml"]


def test_three_dashboards_show_every_chart_once() -> None:
    assert {each["slug"] for each in DASHBOARDS.values()} == {"cakupan", "dbhcht", "mutu_data"}
    shown = [
        part["meta"]["uuid"]
        for dashboard in DASHBOARDS.values()
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part["type"] == "CHART"
    ]
    assert sorted(shown) == sorted(CHARTS)
    assert {chart["dataset_uuid"] for chart in CHARTS.values()} == set(DATASETS)
    assert len({dataset["table_name"] for dataset in DATASETS.values()}) == len(DATASETS)  # Superset tells them by it


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda each: f"{each['schema']}.{each['table_name']}")
def test_a_dataset_has_the_columns_of_its_relation(reader, dataset: dict[str, Any]) -> None:
    found = reader.execute(f"select * from {relation(dataset)} as dataset limit 0").description
    assert [column["column_name"] for column in dataset["columns"]] == [column.name for column in found]


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda each: each["slice_name"])
def test_a_chart_s_question_is_answered(reader, chart: dict[str, Any]) -> None:
    dataset = DATASETS[chart["dataset_uuid"]]
    metrics = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    (query,) = json.loads(chart["query_context"])["queries"]
    columns = [each if isinstance(each, str) else each["sqlExpression"] for each in query["columns"]]
    asked = [*columns, *(metrics[name] for name in query["metrics"] or ())]
    grouped = f" group by {', '.join(columns)}" if columns else ""
    rows = reader.execute(f"select {', '.join(asked)} from {relation(dataset)} as dataset{grouped}").fetchall()
    may_be_empty = dataset["table_name"] in ("undelivered_feeds", "unmapped_codes")
    assert rows or may_be_empty
    assert may_be_empty or any(row[-1] is not None for row in rows)


def test_no_metric_adds_nights_up(reader) -> None:
    """A chart over all nights that forgets to group by them shows a mean, never three nights as one."""
    for dataset in DATASETS.values():
        if dataset["schema"] != "marts":
            continue
        for metric in dataset["metrics"]:
            every, largest = (
                reader.execute(statement).fetchone()[0]
                for statement in (
                    f"select {metric['expression']} from {relation(dataset)} as dataset",
                    f"select max(of_night) from (select {metric['expression']} as of_night from {relation(dataset)}"
                    " as dataset group by as_of_date) as nights",
                )
            )
            assert float(every) <= float(largest) * 1.000001, metric["metric_name"]
    assert len(NIGHTS) > 1
