"""What a page says, before it is written in a language: sections of cards, charts, tiles and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cakupan.bilingual import NOTHING, Text
from cakupan.reports.content import Cell, Column, Kind

Tone = Literal["", "bad", "good"]

HIDDEN = Text("disamarkan", "hidden")
"""Stands where a count of persons is too small to be shown, or would give such a one away."""


@dataclass(frozen=True)
class Basis:
    """What figures rest on: the published relation, and the command that traces one of them to its rows."""

    mart: str
    key: str = ""
    """the `--key` of the command; '' where no row stands for the others: then the command shows all"""


@dataclass(frozen=True)
class Card:
    """One figure in large, with what it is out of."""

    title: Text
    value: Cell
    kind: Kind
    of: Text = NOTHING
    tone: Tone = ""
    link: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as ECharts is told of it, in both languages; the table that follows says the same."""

    name: str
    option: dict[str, Any]
    """of ECharts; a Text stands where the languages differ"""
    says: Text
    lines: int = 0
    """rows of a chart that grows with them; 0 for the usual height"""


@dataclass(frozen=True)
class Rows:
    """A table; each row has a cell for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    caption: Text = NOTHING
    note: Text = NOTHING
    links: Sequence[str] = ()
    """where the first cell of each row leads; '' where it leads nowhere"""


@dataclass(frozen=True)
class Tile:
    """A place on the map-like grid."""

    title: str
    value: Cell
    shade: int
    """0 to 4, the more the darker"""
    under: Text = NOTHING


@dataclass(frozen=True)
class Tiles:
    """A block of the map-like grid: a district with its villages."""

    title: str
    place: str
    """where it lies among the others, the name of a grid area"""
    value: Cell
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class WhatIf:
    """What the calculator on the page starts from."""

    tariff_idr: int
    """of a worker and month"""
    left_idr: int
    months: int
    """to the end of the year"""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    name: str
    """its anchor"""
    title: Text
    words: Sequence[Text] = ()
    points: Sequence[tuple[Text, str]] = ()
    """what needs somebody, the worst first, and where each leads"""
    cards: Sequence[Card] = ()
    chart: Chart | None = None
    map: Sequence[Tiles] = ()
    tables: Sequence[Rows] = ()
    folded: bool = False
    """whether the tables stand behind a switch, under their chart"""
    what_if: WhatIf | None = None
    commands: Sequence[str] = ()
    basis: Sequence[Basis] = ()


@dataclass(frozen=True)
class Page:
    """A page of the set."""

    name: str
    """of its file, without ending; the same in both languages"""
    title: Text
    lead: Sequence[Text] = ()
    sections: Sequence[Section] = ()
    parent: str = ""
    """the page of the navigation that it belongs to, where it is not there itself"""
