"""What every reader yields: parts of a delivery, each with its header and a stream of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cakupan.landing.header import Header

RAW_LENGTH = 10_000
"""Characters of a broken record kept beside its defect; the archive has all of it."""


@dataclass(slots=True)
class Record:
    """One record; `values` follow the positions of the header."""

    row_number: int
    values: Sequence[str | None]
    number_cells: list[str] | None = None
    error_cells: list[str] | None = None
    typed_cells: list[str] | None = None
    defect: str | None = None
    raw: str | None = None
    is_cut: bool = False
    """The file ends in the middle of it."""


class Total(NamedTuple):
    """What a delivery says of itself: an amount in a total row."""

    sheet: str
    row: int
    column: str
    amount: str
    """As received."""


@dataclass(frozen=True)
class Part:
    """A file without sheets, or one sheet of a workbook."""

    sheet: str
    """Its name as it may be shown; no two of a delivery are the same."""
    header: Header
    records: Iterator[Record]
    totals: list[Total] = field(default_factory=list)
    """Those among the rows that are no data; complete when the records are read."""


def broken(row_number: int, defect: str, raw: str) -> Record:
    """Return a record of which nothing can be read but the text itself."""
    return Record(row_number, (), defect=defect, raw=storable(raw))


def storable(raw: str) -> str:
    """Make the text one that PostgreSQL can keep: NUL, lone surrogates spelled out, not longer than RAW_LENGTH."""
    text = raw[:RAW_LENGTH].encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\0", "\\x00")
