"""What a column comes from is read out of SQL, and the documents say what the project's SQL says today."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from cakupan import night
from cakupan.lineage.columns import ROWS, sources_of
from cakupan.lineage.document import DOCUMENT, column_lineage_page, direct_sources_json
from cakupan.lineage.figure_feeds import FIGURE_FEEDS, figure_feeds_json
from cakupan.lineage.models import DIRECT, relation_of
from cakupan.lineage.project import Project, compile_project, read_project

KNOWN = {
    "landing.paid": ["no", "amount", "month", "source"],
    "landing.named": ["no", "worker", "month"],
    "reference.tariff": ["source", "amount"],
}


def found(sql: str) -> dict[str, set[str]]:
    return {name: {".".join(source) for source in sources} for name, sources in sources_of(sql, KNOWN).items()}


@pytest.mark.parametrize(
    ("sql", "column", "expected"),
    [
        ("select amount as idr from landing.paid", "idr", {"landing.paid.amount"}),
        ("with p as (select * from landing.paid) select p.amount from p", "amount", {"landing.paid.amount"}),
        (
            "select sum(p.amount) - t.amount as idr from landing.paid p, reference.tariff t group by t.amount",
            "idr",
            {"landing.paid.amount", "reference.tariff.amount"},
        ),
        ("select 1 as a, no as b from landing.paid union all select 2, worker from landing.named", "b",
         {"landing.paid.no", "landing.named.worker"}),
        ("select case when source = 'DBHCHT' then amount end as idr from landing.paid", "idr",
         {"landing.paid.amount", "landing.paid.source"}),
        ("select (select max(n.month) from landing.named n where n.no = p.no) as m from landing.paid p", "m",
         {"landing.named.month"}),
        ("select count(*) as n from landing.paid", "n", {"landing.paid.*"}),
        ("select array_agg(no order by month) as nos from landing.paid", "nos", {"landing.paid.no"}),
        ("select row_number() over (order by month) as n from landing.paid", "n", {"landing.paid.month"}),
        ("select to_jsonb(paid) as cells from landing.paid", "cells", {"landing.paid.*"}),
        ("select k.key as k from landing.paid cross join lateral jsonb_object_keys(paid.no) as k (key)", "k",
         {"landing.paid.no"}),
        ("select amount from landing.paid where source = 'DBHCHT' order by month", "amount", {"landing.paid.amount"}),
    ],
)  # fmt: skip
def test_a_column_comes_from(sql: str, column: str, expected: set[str]) -> None:
    assert found(sql)[column] == expected


def test_rows_come_from_what_is_selected_from_in_every_branch() -> None:
    sql = "select no from landing.paid join landing.named using (no) union all select source from reference.tariff"
    assert found(sql)[ROWS] == {"landing.paid.*", "reference.tariff.*"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


def test_the_documents_say_what_the_sql_of_the_project_says(database: psycopg.Connection, target: Path) -> None:
    night.prepare()
    compile_project(target)
    project = read_project(target, database)
    assert column_lineage_page(project) == DOCUMENT.read_text(), "run: make lineage"
    assert direct_sources_json(project) == DIRECT.read_text(), "run: make lineage"
    assert figure_feeds_json(project) == FIGURE_FEEDS.read_text(), "run: make lineage"
    columns = {
        (relation, name): sources for relation, found in project.sources.items() for name, sources in found.items()
    }
    known = {relation for relation, _ in columns}
    known |= {f"{source['schema']}.{source['name']}" for source in project.manifest["sources"].values()}
    unknown = {
        source.relation
        for sources in columns.values()
        for source in sources
        if source.relation not in known
        and source.relation.split(".")[0]
        not in ("landing", "quarantine", "accepted", "reference", "ledger", "identity", "quality")
    }
    assert unknown == set()
    assert misdescribed(project) == {}


def misdescribed(project: Project) -> dict[str, list[str]]:
    """Staging and intermediate models whose YAML names other columns than they have; who describes none need not."""
    found = {}
    for node in project.manifest["nodes"].values():
        if node["resource_type"] == "model" and {"staging", "intermediate"} & set(node["fqn"]) and node["description"]:
            columns = [name for name in project.sources[relation_of(node.get("relation_name")) or ""] if name != ROWS]
            if list(node["columns"]) != columns:
                found[node["name"]] = sorted(set(columns) ^ set(node["columns"])) or columns
    return found
