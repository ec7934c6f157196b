"""Writes a page in one language: cells spelled, charts as JSON, and under each section what its figures rest on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jinja2
from markupsafe import Markup

from cakupan import settings
from cakupan.bilingual import Language, Text, day, listed, local, same
from cakupan.dashboard.content import Basis, Chart, Page
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.methods import METHODS
from cakupan.feeds import Feed
from cakupan.lineage.figure_feeds import figure_feeds
from cakupan.reports.content import NUMBERS, Cell, Column, Kind
from cakupan.reports.spelling import spell

SIZES = ((8, "short"), (18, ""), (30, "tall"))


class Html:
    """A writer of the pages of a night in one language."""

    def __init__(self, figures: Figures, feeds: Mapping[str, Feed], pages: Sequence[Page], language: Language) -> None:
        self._figures, self._feeds, self._language = figures, feeds, language
        self._navigation = [(page.name, page.title) for page in pages if not page.parent]
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(settings.DASHBOARDS / "templates"), autoescape=True,
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        environment.filters |= {
            "say": self._say, "cell": self._cell, "is_number": is_number, "size": size, "option": self._option,
            "group": self._group,
        }  # fmt: skip
        environment.globals |= {
            "both": lambda indonesian, english: indonesian if language == "id" else english,
            "language": language,
        }
        self._template = environment.get_template("page.html.j2")

    def write(self, page: Page) -> str:
        """Return the page as HTML."""
        return self._template.render(
            page=page,
            root="" if self._language == "id" else "../",
            other=f"en/{page.name}.html" if self._language == "id" else f"../{page.name}.html",
            navigation=self._navigation,
            night=self._figures.night,
            day=day(self._figures.night),
            published=local(self._figures.published_at),
        )

    def _say(self, words: Text | str) -> str:
        return words.in_language(self._language) if isinstance(words, Text) else words

    def _cell(self, value: Cell, kind: Kind) -> str:
        if value == "":
            return ""
        said = self._say(spell(value, kind))
        return f"Rp{said}" if kind == "rupiah" and isinstance(value, int) else said

    def _option(self, option: Any) -> Markup:
        """Write a chart's option as JSON that no tag can end."""
        text = json.dumps(self._plain(option), ensure_ascii=False, separators=(",", ":"))
        return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - nothing in it can end the element

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Text):
            return self._say(value)
        if isinstance(value, Mapping):
            return {key: self._plain(one) for key, one in value.items()}
        return [self._plain(one) for one in value] if isinstance(value, (list, tuple)) else value

    def _group(self, basis: Sequence[Basis]) -> Iterator[dict[str, Any]]:
        """Say of each relation once what it rests on, and each command."""
        for mart in dict.fromkeys(one.mart for one in basis):
            feeds = self._behind(mart)
            stale = [name for name in feeds if self._is_stale(name)]
            yield {
                "mart": mart,
                "title": METHODS[mart][0],
                "sources": listed([self._dated(name) for name in feeds]),
                "stale": Text("basi: {}", "stale: {}").format(listed([same(self._feeds[name].title) for name in stale]))
                if stale
                else None,
                "commands": [self._command(one) for one in basis if one.mart == mart],
            }

    def _behind(self, mart: str) -> list[str]:
        known = figure_feeds().marts
        behind = figure_feeds().feeds_behind(mart) if mart in known else frozenset[str]()
        return sorted(name for name in behind if name in self._feeds)

    def _dated(self, feed: str) -> Text:
        in_force = (self._figures.in_force.get(feed) or {}).get("in_force")
        return same("{} ({})").format(
            self._feeds[feed].title, day(in_force) if in_force else Text("belum pernah ada", "never came")
        )

    def _is_stale(self, feed: str) -> bool:
        """Tell whether what is in force of a nightly feed is older than the night."""
        state = self._figures.in_force.get(feed)
        if state is None or state["cadence"] == "occasional":
            return False
        return state["in_force"] is None or state["in_force"] < self._figures.night

    def _command(self, basis: Basis) -> str:
        if basis.command:
            return basis.command
        key = f" --key '{basis.key}'" if basis.key else ""
        return f"cakupan trace --mart {basis.mart}{key} --date {self._figures.night}"


def is_number(column: Column) -> bool:
    """Tell whether the column's cells are numbers."""
    return column.kind in NUMBERS


def size(chart: Chart) -> str:
    """Return the class of a chart that is as high as it needs."""
    if not chart.lines:
        return ""
    return next((name for most, name in SIZES if chart.lines <= most), "taller")
