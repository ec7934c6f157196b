"""Which feeds each published figure rests on, and so what an old or missing delivery touches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cakupan import settings
from cakupan.feeds import load_feeds

if TYPE_CHECKING:
    from cakupan.lineage.columns import Column
    from cakupan.lineage.project import Project

FIGURE_FEEDS = Path(__file__).with_name("figure_feeds.json")
"""Written by `make lineage`."""

NOT_FIGURES = frozenset({"as_of_date", "run_id", "delivery_id", "sheet", "row_number", "evidence", "landed_rows"})
NOT_QUOTED = ("dim_", "fct_", "data_quality_scorecard", "restated_figures", "unmapped_codes", "undelivered_feeds")
"""Relations that hold rows or tell of deliveries; what people quote stands in the others."""

FROM_ANYWHERE = "region_code"
"""Where a worker lives is taken from any list that names the worker: as a key it says nothing of what is counted."""


@dataclass(frozen=True)
class Mart:
    """A published relation: its key, and for each column the feeds it is computed from."""

    key: tuple[str, ...]
    figures: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class FigureFeeds:
    """The published relations that people quote, and the rosters: each touches only the rows of its agency."""

    marts: Mapping[str, Mart]
    rosters: frozenset[str]

    def resting_on(self, feed: str) -> list[str]:
        """List the relations with a figure that the feed decides on, with the agency where only its rows do."""
        agency = feed.partition(".")[0]
        return [
            f"{name} ({agency})" if feed in self.rosters and "agency_code" in mart.key else name
            for name, mart in self.marts.items()
            if feed in self.feeds_behind(name)
        ]

    def feeds_behind(self, mart: str) -> frozenset[str]:
        """List the feeds that any column of the relation is computed from."""
        return frozenset(feed for feeds in self.marts[mart].figures.values() for feed in feeds)

    def feeds_behind_column(self, mart: str, column: str) -> tuple[str, ...]:
        """List the feeds that the column of the relation is computed from, those of its keys included."""
        known = self.marts.get(mart)
        columns = (column, *known.key) if known else ()
        return tuple(dict.fromkeys(feed for name in columns for feed in known.figures.get(name, ()))) if known else ()


@cache
def figure_feeds() -> FigureFeeds:
    """Read what the repository's file says."""
    read: dict[str, Any] = json.loads(FIGURE_FEEDS.read_text())
    marts = {
        name: Mart(tuple(mart["key"]), {column: tuple(feeds) for column, feeds in mart["figures"].items()})
        for name, mart in read["marts"].items()
    }
    return FigureFeeds(marts, frozenset(read["rosters"]))


def figure_feeds_json(project: Project) -> str:
    """Write the file's text, read out of the compiled project."""
    from cakupan.lineage.columns import Column  # sqlglot, which a reader of the file need not load
    from cakupan.lineage.project import MARTS

    rosters = sorted(feed.name for feed in load_feeds(settings.FEEDS) if feed.roster)
    lines = []
    for name, node in project.published().items():
        if name.startswith(NOT_QUOTED):
            continue
        key = _key(project, node)
        figures = {
            column: feeds
            for column in node["columns"]
            if column not in NOT_FIGURES
            and not (column in key and column == FROM_ANYWHERE)
            and (feeds := _feeds(project, Column(f"{MARTS}.{name}", column)))
        }
        lines.append(f"{json.dumps(name)}: {json.dumps({'key': key, 'figures': figures})}")
    return f'{{"rosters": {json.dumps(rosters)},\n"marts": {{\n' + ",\n".join(lines) + "\n}}\n"


def _key(project: Project, node: dict[str, Any]) -> list[str]:
    """Find the columns that name a row among those of a night: the key of the stored table behind what is published."""
    stored = f"model.{node['package_name']}.stored_{node['name']}"
    indexes = project.manifest["nodes"][stored]["config"].get("indexes") or ()
    unique: list[str] = next((index["columns"] for index in indexes if index.get("unique")), [])
    return [column for column in unique if column not in NOT_FIGURES]


def _feeds(project: Project, column: Column) -> list[str]:
    """Find the feeds behind a column; rows count where a feed's own are counted, not where those of a star are."""
    from cakupan.lineage.columns import ROWS  # sqlglot, which a reader of the file need not load
    from cakupan.lineage.models import STAGING

    feeds, waiting, met = set(), [column], {column}
    while waiting:
        relation, name = waiting.pop()
        if relation.startswith(STAGING):
            feeds.add(relation.removeprefix(STAGING))
        elif name != ROWS:
            new = project.sources.get(relation, {}).get(name, frozenset()) - met
            met |= new
            waiting.extend(new)
    names = {feed.table: feed.name for feed in load_feeds(settings.FEEDS)}
    return sorted(names[feed] for feed in feeds)
