"""The column lineage of the whole dbt project, from accepted and landed cells to the marts."""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from cakupan import settings
from cakupan.dbt_project import call_dbt
from cakupan.feeds import ACCEPTED, load_feeds
from cakupan.lineage.columns import ROWS, Column, Sources, sources_of
from cakupan.lineage.models import relation_of

MARTS = "marts"

ADDRESS = ("delivery_id", "sheet", "row_number")

NUMBERS = {
    "worker": {"worker_key": "worker_key", "born_on": "born_on", "sex": "sex", ROWS: ROWS},
    "membership": {"membership_key": "membership_key", "place": "kpj", ROWS: ROWS},
}
"""What dbt may know of a NIK and a KPJ, by column; see database/repeatable/keyed.sql."""


@dataclass(frozen=True)
class Project:
    """What was read from the compiled project."""

    manifest: dict[str, Any]
    sources: dict[str, Sources]
    """For each relation that dbt builds, and each view of deliveries that it reads, its columns' direct sources."""

    def published(self) -> dict[str, dict[str, Any]]:
        """Return the models that readers query, by their names in the schema `marts`."""
        models = (node for node in self.manifest["nodes"].values() if node["resource_type"] == "model")
        return dict(sorted((node["alias"], node) for node in models if node["schema"] == MARTS))

    def landed(self, column: Column) -> frozenset[Column]:
        """Find the landed cells, reference data and ledger entries that a column comes from in the end."""
        found: set[Column] = set()
        waiting, met = [column], {column}
        while waiting:
            relation, name = waiting.pop()
            direct = self.sources.get(relation)
            if direct is None:
                found.add(Column(relation, name))
                continue
            for source in direct.get(name, ()):
                if source not in met:
                    met.add(source)
                    waiting.append(source)
        return frozenset(found)


def compile_project(target: Path) -> None:
    """Have dbt write the manifest and every model's SQL under `target`.

    Needs the warehouse's database; raises RuntimeError with what dbt says.
    """
    _call(target, "compile", "--write-json")


def write_site(target: Path) -> Path:
    """Have dbt write its documentation under `target`, as one page that needs no network, and return that page.

    The manifest is written there too. No database is asked; raises RuntimeError with what dbt says.
    """
    unasked = {"CAKUPAN_PG_HOST": "nowhere", "CAKUPAN_PG_TRANSFORMER_PASSWORD": "none"}  # dbt wants a profile filled in
    with patch.dict(os.environ, unasked):
        _call(target, "parse", "--write-json")
        _call(target, "docs", "generate", "--static", "--no-compile", "--empty-catalog")
    return target / "static_index.html"


def _call(target: Path, *arguments: str) -> None:
    outcome = call_dbt(*arguments, target=target, says="error")
    if outcome.exception or not outcome.success:
        raise RuntimeError(f"dbt could not {arguments[0]} the project: {outcome.exception or outcome.result}")


def read_project(target: Path, connection: psycopg.Connection) -> Project:
    """Read the column lineage of every model from what dbt compiled under `target`.

    Raises sqlglot.errors.SqlglotError where a model's SQL cannot be followed.
    """
    manifest = json.loads((target / "manifest.json").read_text())
    sources = _shown_by_feeds()
    columns = _columns_of_sources(connection, manifest)
    columns |= {relation: [name for name in shown if name != ROWS] for relation, shown in sources.items()}

    def visit(key: str) -> None:
        node = manifest["nodes"].get(key)
        if node is None or node["resource_type"] != "model" or relation_of(node.get("relation_name")) in sources:
            return
        for before in node["depends_on"]["nodes"]:
            visit(before)
        if relation := relation_of(node.get("relation_name")):
            sql = (target / "compiled" / node["package_name"] / node["original_file_path"]).read_text()
            sources[relation] = sources_of(sql, columns)
            columns[relation] = [name for name in sources[relation] if name != ROWS]

    for key in sorted(manifest["nodes"]):
        visit(key)
    return Project(manifest, sources)


def _columns_of_sources(connection: psycopg.Connection, manifest: dict[str, Any]) -> dict[str, list[str]]:
    """List the columns of everything that models read and dbt does not build from SQL."""
    columns: dict[str, list[str]] = defaultdict(list)
    for seed in sorted((settings.DBT_PROJECT / "seeds").glob("*.csv")):
        with seed.open(newline="") as lines:
            columns[f"reference.{seed.stem}"] = next(csv.reader(lines))
    sources = {(source["schema"], source["name"]) for source in manifest["sources"].values()}
    for schema, name, column in connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns order by ordinal_position"
    ):
        if schema == "ledger" or (schema == "warehouse" and (schema, name) in sources):
            columns[f"{schema}.{name}"].append(column)
    return columns


def _shown_by_feeds() -> dict[str, Sources]:
    """List where the columns of the views come from through which dbt reads what was delivered."""
    sources: dict[str, Sources] = {}
    for feed in load_feeds(settings.FEEDS):
        shown = {name: name for name in (*ACCEPTED, ROWS)} | feed.keyed
        sources[f"keyed.{feed.table}"] = _alike(f"accepted.{feed.table}", shown)
        amounts = {name: name for name in (*feed.amounts, ROWS)}
        if feed.amounts:
            landed = amounts | {"delivery_id": "delivery_id"}
            examined = amounts | {name: name for name in ("validation_id", "verdict")}
            sources[f"keyed.landed_{feed.table}"] = _alike(f"landing.{feed.table}", landed)
            sources[f"keyed.examined_{feed.table}"] = _alike(f"quarantine.{feed.table}", examined)
    return sources | {f"keyed.{name}": _alike(f"identity.{name}", shown) for name, shown in NUMBERS.items()}


def _alike(relation: str, shown: dict[str, str]) -> Sources:
    return {name: frozenset({Column(relation, of)}) for name, of in shown.items()}
