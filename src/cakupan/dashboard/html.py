"""Writes a page in one language: cells spelled, charts as JSON, and under each section what its figures rest on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import jinja2
from markupsafe import Markup

from cakupan import settings
from cakupan.bilingual import Language, Text, day, joined, listed, same
from cakupan.dashboard.content import Basis, Chart, Page
from cakupan.dashboard.figures import Figures
from cakupan.dashboard.methods import METHODS
from cakupan.feeds import Feed
from cakupan.lineage.figure_feeds import figure_feeds
from cakupan.reports.content import NUMBERS, Cell, Column, Kind
from cakupan.reports.spelling import MINUS, spell

SIZES = ((6, "short"), (10, ""), (24, "tall"))


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
            published=self._say(spell(self._figures.published_at, "moment")),
        )

    def _say(self, words: Text | str) -> str:
        return words.in_language(self._language) if isinstance(words, Text) else words

    def _cell(self, value: Cell, kind: Kind) -> str:
        if value == "":
            return ""
        said = self._say(spell(value, kind))
        if kind != "rupiah" or not isinstance(value, int):
            return said
        return f"{MINUS}Rp{said.removeprefix(MINUS)}" if value < 0 else f"Rp{said}"

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
            feeds = self._behind(mart, next(one.key for one in basis if one.mart == mart))
            stale = [name for name in feeds if self._is_stale(name)]
            yield {
                "mart": mart,
                "title": METHODS[mart][0],
                "sources": self._dated(feeds),
                "stale": Text("basi: {}", "stale: {}").format(listed([same(self._feeds[name].title) for name in stale]))
                if stale
                else None,
                "commands": [self._command(one) for one in basis if one.mart == mart],
            }

    def _behind(self, mart: str, key: str) -> list[str]:
        """List the feeds behind a relation; of the rosters only the agency's own, where the key names one."""
        known = figure_feeds().marts.get(mart)
        if known is None:
            return []
        agency = key.partition("|")[0] if known.key[:1] == ("agency_code",) else ""
        return sorted(
            name
            for name in figure_feeds().feeds_behind(mart)
            if name in self._feeds
            and not (agency and name in figure_feeds().rosters and not name.startswith(f"{agency}."))
        )

    def _dated(self, feeds: Sequence[str]) -> Text:
        """Name the deliveries that figures rest on, those of one date together, the night's own first."""
        by_date: dict[date | None, list[Text]] = {}
        for name in feeds:
            in_force = (self._figures.in_force.get(name) or {}).get("in_force")
            by_date.setdefault(in_force, []).append(same(self._feeds[name].title))
        return joined(
            [
                Text("Sumber {}: {}", "Source {}: {}").format(
                    day(when) if when else Text("(belum pernah ada)", "(never came)"), listed(by_date[when])
                )
                for when in sorted(by_date, key=lambda one: one or date.min, reverse=True)
            ],
            "; ",
        )

    def _is_stale(self, feed: str) -> bool:
        """Tell whether what is in force of a nightly feed is older than the night."""
        state = self._figures.in_force.get(feed)
        if state is None or state["cadence"] == "occasional":
            return False
        return state["in_force"] is None or state["in_force"] < self._figures.night

    def _command(self, basis: Basis) -> str:
        night = self._figures.night
        if not basis.key:
            return f"cakupan sql \"select * from marts.{basis.mart} where as_of_date = '{night}'\""  # noqa: S608 - shown to a person
        return f"cakupan trace --mart {basis.mart} --key '{basis.key}' --date {night}"


def is_number(column: Column) -> bool:
    """Tell whether the column's cells are numbers."""
    return column.kind in NUMBERS


def size(chart: Chart) -> str:
    """Return the class of a chart that is as high as it needs."""
    if not chart.lines:
        return ""
    return next((name for most, name in SIZES if chart.lines <= most), "taller")
