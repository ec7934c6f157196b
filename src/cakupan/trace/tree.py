"""What a trace is made of: nodes that carry facts, and at the ends rows as received with the file they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

Value = str | int | Decimal | bool | date | None


class CannotTrace(Exception):
    """There is nothing to trace; says what was looked for, what comes near and what to do next."""


class Address(NamedTuple):
    """Where a row stands: delivery, sheet (empty where a file has none), row as a person counts it."""

    delivery_id: int
    sheet: str
    row_number: int

    @classmethod
    def parse(cls, word: str) -> Address:
        """Read the address that the marts spell `delivery:sheet:row`; the sheet may hold colons. Raises ValueError."""
        delivery, _, rest = word.partition(":")
        sheet, _, row = rest.rpartition(":")
        return cls(int(delivery), sheet, int(row))

    def __str__(self) -> str:
        return f"{self.delivery_id}:{self.sheet}:{self.row_number}"


@dataclass(frozen=True)
class File:
    """An archived delivery."""

    delivery_id: int
    feed: str
    business_date: date
    received_at: datetime
    original_name: str
    sha256: str
    path: str
    is_there: bool
    """The archive holds a file of that name; whether its bytes are the ones received is for `cakupan verify`."""


@dataclass(frozen=True)
class Landed:
    """A row as received: the cells under their headings, personal ones masked unless asked for."""

    address: Address
    file: File
    cells: dict[str, str | None]


@dataclass
class Node:
    """One thing on the way: `kind` is a word of words.py, `name` tells it from others of its kind."""

    kind: str
    name: str = ""
    facts: dict[str, Value] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    total: int | None = None
    """How many children there are, where only the first are held."""
    address: Address | None = None
    landed: Landed | None = None

    @property
    def left_out(self) -> int:
        """Children that are not shown."""
        return max((self.total or 0) - len(self.children), 0)

    def walk(self) -> Iterator[Node]:
        """Walk over the node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def group(kind: str, children: Iterable[Node], total: int | None = None, **facts: Value) -> Node:
    """Gather nodes under one that says how many there are."""
    held = list(children)
    count = len(held) if total is None else total
    return Node(kind, facts={"count": count, **facts}, children=held, total=count)
