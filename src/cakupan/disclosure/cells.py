"""Counts of persons that could be shown, and the sums and bounds by which they tell of one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


class Name(NamedTuple):
    """Which count: of a relation, a column of it and a row of it."""

    relation: str
    measure: str
    cell: str


@dataclass(frozen=True)
class Count:
    """A count of persons, under `least` too small to be shown; counts of one `group` are shown together or not."""

    name: Name
    persons: int
    least: int
    group: tuple[str, str, str]

    @property
    def is_small(self) -> bool:
        """Whether it is too small to be shown."""
        return self.persons < self.least


@dataclass(frozen=True)
class Link:
    """What an attacker knows of `parts`, each with its sign.

    They add up to nothing, are together no less than that, or add up to something that is told elsewhere.
    """

    parts: tuple[tuple[Name, int], ...]
    kind: Literal["nothing", "no less", "told"] = "nothing"


def adds_up(total: Name, parts: Iterable[Name]) -> Link:
    """Return that the parts add up to the total."""
    return Link(((total, -1), *((part, 1) for part in parts)))


def same(one: Name, other: Name) -> Link:
    """Return that two counts are the same number."""
    return adds_up(one, [other])


def no_more(whole: Name, parts: Iterable[Name]) -> Link:
    """Return that the parts together are no more than the whole."""
    return Link(((whole, 1), *((part, -1) for part in parts)), "no less")


def told_together(parts: Iterable[Name]) -> Link:
    """Return that somebody is told elsewhere what the parts add up to."""
    return Link(tuple((part, 1) for part in parts), "told")


class System:
    """The counts of a night and what links them, as an attacker writes it down: columns of counts, rows of links.

    A link that the counts themselves break is left out: nobody can rely on it. What a bound leaves over is a column
    too, which nobody ever sees.
    """

    def __init__(self, counts: Sequence[Count], links: Iterable[Link] = ()) -> None:
        self.counts = sorted(counts, key=lambda count: count.name)
        self.place = {count.name: place for place, count in enumerate(self.counts)}
        self._rows: list[list[tuple[int, int]]] = []
        rests: list[int] = []
        for link in links:
            row = [(self.place[name], sign) for name, sign in link.parts if name in self.place]
            left = sum(sign * self.counts[place].persons for place, sign in row)
            if len(row) < len(link.parts) or _is_broken(link, left):
                continue
            if link.kind == "no less":
                row.append((len(self.counts) + len(rests), -1))
                rests.append(left)
            self._rows.append(row)
        self.persons = np.array([*(count.persons for count in self.counts), *rests], dtype=float)
        self.least = np.array([*(count.least for count in self.counts), *([0] * len(rests))], dtype=float)

    @property
    def size(self) -> int:
        """How many columns there are, with those that nobody sees."""
        return len(self.persons)

    @cached_property
    def links(self) -> csr_array:
        """The links as a matrix: a row for each, which the counts' deviations from the truth keep at nothing."""
        entries = [(sign, row, place) for row, parts in enumerate(self._rows) for place, sign in parts]
        signs, rows, places = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((signs, (rows, places)), shape=(len(self._rows), self.size), dtype=float)

    @cached_property
    def groups(self) -> NDArray[np.intp]:
        """The group of each count, by its number."""
        numbers: dict[tuple[str, str, str], int] = {}
        return np.array([numbers.setdefault(count.group, len(numbers)) for count in self.counts], dtype=np.intp)

    def mask(self, names: Iterable[Name]) -> NDArray[np.bool_]:
        """Mark the counts of these names, and what nobody sees."""
        marked = np.zeros(self.size, dtype=bool)
        marked[[self.place[name] for name in names if name in self.place]] = True
        marked[len(self.counts) :] = True
        return marked

    def names(self, mask: NDArray[np.bool_]) -> set[Name]:
        """Return the names of the counts that are marked."""
        return {count.name for count, marked in zip(self.counts, mask, strict=False) if marked}


def _is_broken(link: Link, left: int) -> bool:
    return {"nothing": left != 0, "no less": left < 0, "told": False}[link.kind]
