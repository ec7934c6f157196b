"""Which column each position of a record holds."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cakupan.bilingual import Text
from cakupan.feeds import Column, Feed, canonical
from cakupan.invisible import shown, visible
from cakupan.landing.refusals import missing_columns, repeated_columns

NAME_LENGTH = 100
DELIMITERS = ";,\t|"
_SIGNS = {"\t": "tab"}
Locate = Callable[[int], Text]
"""The place of the cell at a position of the header, as a person finds it."""


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
    """Return the required columns, as the feed spells them, that none of the cells names."""
    present = {canonical(cell) for cell in cells}
    return [c.header for c in feed.columns if c.required and c.canonical_header not in present]


def match_header(feed: Feed, cells: Sequence[str], sheet: str = "", locate: Locate | None = None) -> Header:
    """Match a header with the declaration; spelling and order do not matter. `locate` names the place of a cell.

    Raises Refused when a required column is missing or repeated. Of an optional column that is repeated the first
    counts, the others are extra columns.
    """
    if missing := required_missing(feed, cells):
        hints = [*_lookalikes(feed, missing, cells, locate), *_delimiter_hint(feed, missing, cells)]
        raise missing_columns(missing, sheet, hints)
    counts = Counter(canonical(cell) for cell in cells)
    if repeated := [c for c in feed.columns if c.required and counts[c.canonical_header] > 1]:
        raise repeated_columns(
            [column.header for column in repeated],
            sheet,
            [
                locate(position)
                for position, cell in enumerate(cells)
                if locate and canonical(cell) in {column.canonical_header for column in repeated}
            ],
        )
    free = {column.canonical_header: column for column in feed.columns}
    columns = tuple(free.pop(canonical(cell), None) for cell in cells)
    names = tuple(shown(cell.replace("\0", "")).strip()[:NAME_LENGTH] for cell in cells)
    return Header(names, columns, tuple(column.header for column in free.values()))


def in_line(row_number: int) -> Locate:
    """Name places in a row of a text file."""
    return lambda position: Text(
        f"kolom ke-{position + 1} baris {row_number}", f"column {position + 1} of row {row_number}"
    )


def _lookalikes(feed: Feed, missing: Sequence[str], cells: Sequence[str], locate: Locate | None) -> Iterator[Text]:
    """Find cells that look like a missing column, with the names of the other characters they are written with."""
    for position, cell in enumerate(cells):
        written = re.sub(r"[\s_]+", "", visible(cell))
        for header in missing:
            if odd := _odd_characters(written, canonical(header)):
                names = ", ".join(f"{unicodedata.name(sign, '?')} (U+{ord(sign):04X})" for sign in odd)
                place = locate(position) if locate else Text("salah satu nama", "one of the names")
                yield Text(
                    f" Di {place.id} tertulis sesuatu yang mirip {header}, tetapi memuat {names};"
                    " ketik ulang nama kolom itu dengan huruf biasa.",
                    f" What stands in {place.en} looks like {header}, but holds {names}; type that name again in plain"
                    " letters.",
                )


def _odd_characters(written: str, wanted: str) -> list[str]:
    """Return the characters that set the text apart from the name it looks like; none where it looks like another."""
    plain = unicodedata.normalize("NFKC", written)
    if written.isascii() or len(written) != len(wanted) or len(plain) != len(written):
        return []
    odd = [sign for sign, due in zip(written, wanted, strict=True) if sign.casefold() != due]
    return list(dict.fromkeys(odd)) if odd and not any(sign.isascii() for sign in odd) else []


def _split(line: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:  # a cell longer than the library takes, or a line end between quotes: no header to guess at
        return []


def _delimiter_hint(feed: Feed, missing: Sequence[str], cells: Sequence[str]) -> Iterator[Text]:
    """Tell which sign the columns are separated by, when another than declared obviously is the one."""
    if feed.format.kind != "csv":
        return
    declared = feed.format.delimiter
    line = declared.join(cells)
    for sign in DELIMITERS:
        found = _split(line, sign) if sign != declared else []
        if len(found) > 1 and 2 * len(required_missing(feed, found)) < len(missing):
            name, due = (_SIGNS.get(each, f"'{each}'") for each in (sign, declared))
            yield Text(
                f" Kolomnya dipisahkan dengan {name}, padahal seharusnya dengan {due}.",
                f" Its columns are separated by {name}, and should be by {due}.",
            )
            return
    if len(cells) == 1:
        yield Text(f" Apakah pemisah kolomnya masih '{declared}'?", f" Is the delimiter still '{declared}'?")
