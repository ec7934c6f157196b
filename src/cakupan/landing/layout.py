"""Where a table begins and ends among the rows of a sheet: titles above it, totals and signatures below."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from cakupan.feeds import Feed, Layout
from cakupan.invisible import is_filled, visible
from cakupan.landing.header import Header, Locate, match_header, required_missing
from cakupan.landing.records import Record, Total
from cakupan.landing.refusals import missing_columns

HEADER_ROWS = 30
"""The header stands within the first rows of a sheet."""

AMOUNTS = frozenset({"rupiah", "count"})
"""Types of columns that a total row sums up."""
_COLUMN_NUMBER = re.compile(r"^\W*([0-9]{1,3}|[a-z])\W*(=.*)?$", re.IGNORECASE)
P = TypeVar("P")


def find_header(
    feed: Feed,
    layout: Layout,
    rows: Iterable[tuple[P, Sequence[str]]],
    locate: Callable[[P], Locate],
    sheet: str = "",
) -> tuple[P, Header]:
    """Find the first row, or rows as one, that name all required columns, and their last place; take no row behind.

    Raises Refused MISSING_COLUMN naming what the row that comes nearest lacks, REPEATED_COLUMN.
    """
    lacking = [column.header for column in feed.columns if column.required]
    nearest: tuple[P, Sequence[str]] | None = None
    window: deque[Sequence[str]] = deque(maxlen=layout.header_rows)
    for count, (place, row) in enumerate(rows, 1):
        window.append(row)
        cells = combined(window)
        missing = required_missing(feed, cells)
        if not missing:
            return place, match_header(feed, cells, sheet, locate(place))
        if not nearest or len(missing) < len(lacking):
            lacking, nearest = missing, (place, cells)
        if count == HEADER_ROWS:
            break
    if nearest:
        match_header(
            feed, nearest[1], sheet, locate(nearest[0])
        )  # raises, and knows what to ask about a header of a single cell
    raise missing_columns(lacking, sheet)


def combined(rows: Iterable[Sequence[str]]) -> list[str]:
    """Make one name for each position, from the words above each other; a word over several columns is said of each."""
    names: list[str] = []
    for row in rows:
        width = max(len(names), len(row))
        above, below = ([*cells, *[""] * (width - len(cells))] for cells in (names, row))
        names, over = [], ""
        for upper, lower in zip(above, (visible(cell).strip() for cell in below), strict=True):
            over = "" if not lower else upper or over
            names.append(" ".join(filter(None, (over if lower else upper, lower))))
    return names


def numbers_columns(cells: Sequence[str | None]) -> bool:
    """Tell whether a row only counts the columns: 1, 2, 3 or (1), (2) or a, b, c; `5 = 3 + 4` counts too."""
    found = [_COLUMN_NUMBER.match(visible(cell).strip()) for cell in cells if is_filled(cell)]
    words = [match[1].lower() if match else "" for match in found]
    if len(words) < 3 or len(words) < len(cells) - 1 or not all(words):
        return False
    counted = [int(word) if word.isdigit() else ord(word) - ord("a") + 1 for word in words]
    return counted[0] <= 2 and counted == list(range(counted[0], counted[0] + len(counted)))


def data_rows(
    layout: Layout,
    header: Header,
    records: Iterable[Record],
    *,
    totals: list[Total],
    sheet: str = "",
    delimiter: str = ";",
) -> Iterator[Record]:
    """Yield the records that are data; of one that could not be cut into cells the raw text is looked at.

    Amounts in rows below the data are added to `totals`.
    """
    footer, end = (tuple(visible(word).casefold() for word in words) for words in (layout.footer, layout.end))
    required = [position for position, column in enumerate(header.columns) if column and column.required]
    ended = False
    for count, record in enumerate(records):
        cells = record.values or (record.raw or "").split(delimiter)
        filled = next((visible(cell).strip() for cell in cells if is_filled(cell)), "")
        first = filled.lstrip(
            '"'
        ).casefold()  # of a record that could not be cut, the first cell may begin with a quote
        # Only below a table does it matter, and only where it has an end that is declared.
        complete = not end or (bool(record.values) and all(is_filled(record.values[at]) for at in required))
        ended = ended or (not complete and first.startswith(end))
        if count == 0 and layout.numbering and numbers_columns(cells):
            continue
        if (ended and not complete) or (footer and first.startswith(footer)):
            totals += _totals(header, record, sheet)
        elif filled:
            yield record


def _totals(header: Header, record: Record, sheet: str) -> Iterator[Total]:
    """Yield the amounts in a row of totals; an error is none."""
    for column, value in zip(header.columns, record.values, strict=False):
        is_error = column is not None and column.name in (record.error_cells or ())
        if column and column.type in AMOUNTS and is_filled(value) and not is_error:
            yield Total(sheet, record.row_number, column.name, value)
