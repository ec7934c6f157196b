"""What a report says, before it becomes a page, a PDF or a workbook: sections of words, tables and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from cakupan.bilingual import Language, Text

Kind = Literal["text", "code", "rupiah", "count", "share", "number", "date", "moment"]
Cell = Text | str | int | float | date | datetime | None
"""Empty cells are None; a share is a fraction; a str is the same in both languages."""
Words = Text | str

NUMBERS = ("rupiah", "count", "share", "number")


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: Words
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
    sheet: Words = ""
    """name of the workbook's sheet; '' where the workbook has these rows elsewhere"""
    on_paper: bool = True
    caption: Words = ""
    note: Words = ""


@dataclass(frozen=True)
class Bar:
    """What share of a budget was paid out, as a fraction; `without` is said where there is no budget."""

    label: str
    share: float | None
    without: Words


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: Words
    words: Sequence[Words] = ()
    points: Sequence[Words] = ()
    tables: Sequence[Table] = ()
    bars: Sequence[Bar] = ()
    bars_caption: Words = ""


@dataclass(frozen=True)
class Report:
    """A whole report; its texts are in both languages, its files in one."""

    name: str
    """of its files, without ending"""
    language: Language
    title: Words
    subtitle: Words
    facts: Sequence[tuple[Words, Words]]
    """what stands under the title: what this is and what it rests on"""
    cards: Sequence[tuple[Words, Cell, Kind]]
    sections: Sequence[Section] = field(default_factory=tuple)
    footer: Words = ""
    switch: tuple[Words, str] | None = None
    """What leads to the page in the other language, and where it lies"""
