"""What a report says, before it becomes a page, a PDF or a workbook: sections of words, tables and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Language = Literal["id", "en"]
Kind = Literal["text", "code", "rupiah", "count", "share", "date", "moment"]
Cell = str | int | float | date | datetime | None
"""Empty cells are None; a share is a fraction."""

NUMBERS = ("rupiah", "count", "share")


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    kind: Kind = "text"
    width: int = 14
    """of the workbook's column, in characters; on paper the share of what numbers leave free"""
    under: bool = False
    """on paper the cell stands below the one to its left, small"""


@dataclass(frozen=True)
class Table:
    """Rows under headings; every row has a cell for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    sheet: str = ""
    """name of the workbook's sheet; '' where the workbook has these rows elsewhere"""
    on_paper: bool = True
    caption: str = ""
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """What share of a budget was paid out, as a fraction; `without` is said where there is no budget."""

    label: str
    share: float | None
    without: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    words: Sequence[str] = ()
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()
    bars: Sequence[Bar] = ()
    bars_caption: str = ""


@dataclass(frozen=True)
class Report:
    """A whole report in one language."""

    name: str
    """of its files, without ending"""
    language: Language
    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    """what stands under the title: what this is and what it rests on"""
    cards: Sequence[tuple[str, Cell, Kind]]
    sections: Sequence[Section] = field(default_factory=tuple)
    footer: str = ""
