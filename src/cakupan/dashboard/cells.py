"""Cells of tables: what stands where a count is hidden, and what is reckoned from cells."""

from __future__ import annotations

from collections.abc import Iterable

from cakupan.bilingual import Text, number, rupiah, same
from cakupan.dashboard.content import HIDDEN
from cakupan.dashboard.figures import Row
from cakupan.reports.content import Cell, Kind
from cakupan.reports.spelling import EMPTY, MINUS


def shown(row: Row, column: str, hidden: str = "") -> Cell:
    """Return the row's figure, or that it is hidden; `hidden` names the flag, by default the column's own."""
    return HIDDEN if row.get(f"{hidden or column}_hidden") else row[column]


def change(now: int | None, then: int | None) -> int | None:
    """Return by how much a figure changed; empty where either was never counted."""
    return None if now is None or then is None else now - then


def total(values: Iterable[int | None]) -> int | None:
    """Return the sum; empty where a part is: a part that nobody delivered makes no total."""
    known = list(values)
    return None if not known or None in known else sum(value for value in known if value is not None)


def counted(value: int | None) -> Text:
    """Write a number in a sentence."""
    return same(EMPTY) if value is None else number(value)


def money(value: int | None) -> Text:
    """Write an amount in a sentence."""
    return same(EMPTY) if value is None else rupiah(value)


def spelled(value: int | None, kind: Kind) -> Text:
    """Write a figure of a column that holds numbers and amounts."""
    return money(value) if kind == "rupiah" else counted(value)


def signed(value: int | None, kind: Kind) -> Text:
    """Write a change with its sign."""
    if not value:
        return spelled(value, kind)
    return same("{}{}").format("+" if value > 0 else MINUS, spelled(abs(value), kind))
