"""Which column each position of a record holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cakupan.feeds import Column, Feed, canonical
from cakupan.invisible import shown
from cakupan.landing.refusals import Reason, missing_columns, repeated_columns

NAME_LENGTH = 100


@dataclass(frozen=True)
class Header:
    """A header matched with a feed's declaration."""

    names: tuple[str, ...]
    """As they may be shown, without white space around; '' where a position has no name."""
    columns: tuple[Column | None, ...]
    """The declared column at each position; None where the delivery has one that nobody declared."""
    missing: tuple[str, ...]
    """Declared columns that are not there, none of them required."""

    @property
    def extra(self) -> tuple[str, ...]:
        """Named columns that nobody declared."""
        return tuple(n for n, c in zip(self.names, self.columns, strict=True) if n and c is None)


def required_missing(feed: Feed, cells: Sequence[str]) -> list[str]:
    """The required columns, as the feed spells them, that none of the cells names."""
    present = {canonical(cell) for cell in cells}
    return [c.header for c in feed.columns if c.required and c.canonical_header not in present]


def match_header(feed: Feed, cells: Sequence[str], sheet: str = "") -> Header:
    """Match a header with the declaration; spelling and order do not matter.

    Raises Refused when a required column is missing or repeated. Of an optional column that is repeated the first
    counts, the others are extra columns.
    """
    if missing := required_missing(feed, cells):
        raise missing_columns(missing, sheet, _delimiter_hint(feed, cells))
    counts = Counter(canonical(cell) for cell in cells)
    if repeated := [c.header for c in feed.columns if c.required and counts[c.canonical_header] > 1]:
        raise repeated_columns(repeated, sheet)
    free = {column.canonical_header: column for column in feed.columns}
    columns = tuple(free.pop(canonical(cell), None) for cell in cells)
    names = tuple(shown(cell.replace("\0", "")).strip()[:NAME_LENGTH] for cell in cells)
    return Header(names, columns, tuple(column.header for column in free.values()))


def _delimiter_hint(feed: Feed, cells: Sequence[str]) -> Reason | None:
    """A header that is a single cell usually means that the file is cut by another sign than declared."""
    if feed.format.kind != "csv" or len(cells) > 1:
        return None
    sign = feed.format.delimiter
    return Reason(f" Apakah pemisah kolomnya masih '{sign}'?", f" Is the delimiter still '{sign}'?")
