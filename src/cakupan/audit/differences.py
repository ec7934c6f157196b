"""Which rows are not those that were recorded, found by the marks kept outside the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from psycopg import Connection, sql

from cakupan.audit.areas import Changes
from cakupan.audit.marks import MARK_BYTES, Marks, mark
from cakupan.ledger import copied
from cakupan.ledger.digests import KeyedLeaves
from cakupan.ledger.sorted_hashes import SortedHashes

PAIRED = 200
"""Rows on either side up to which what a row was is looked for among what it is."""
LISTED = 1000
"""Rows on either side that are told one by one, of which a verification names the first; others are counted."""
NO_ROW_DIFFERS = "differs from what was recorded, though no row does; the kept marks were altered"

Cells = Sequence[str | None]
Describe = Callable[[Cells, Cells | None], str]


def name_differences(
    connection: Connection[Any],
    statement: sql.Composed,
    marks: Marks | None,
    describe: Describe,
    erased: Mapping[bytes, bytes] | None = None,
) -> Changes:
    """Name what became of each row of a query that is not as recorded; `describe` words a row and what it was.

    Both are given the cells that the marks keep; a row that was removed is given as it was, twice.
    """
    if marks is None:
        return Changes(["differs from what was recorded; no marks were kept of its rows, so that none can be named"])
    gone, new = _Unmatched(), _Unmatched()
    standing = _sorted(each for each, _ in _marked(connection, statement, erased))
    for is_gone, found in _unmatched(_sorted(each for each, _ in marks.rows()), standing):
        (gone if is_gone else new).add(found)
    now = new.pick(_marked(connection, statement, erased))
    if marks.kept:
        was = [cells[: marks.kept] for cells in gone.pick(marks.rows())]
        return Changes(_worded(now, was, marks.key, describe), new.more + gone.more)
    said = [f"altered or added: {describe(cells, None)}" for cells in now]
    if gone.count > new.count:
        said.append(f"{gone.count - new.count} rows were removed; which ones can no longer be told")
    return Changes(said, new.more)


@dataclass
class _Unmatched:
    """Marks that only one side has, each as often as it has it more: the first of them, and how many there are."""

    listed: Counter[bytes] = field(default_factory=Counter)
    count: int = 0

    @property
    def more(self) -> int:
        """How many are not listed."""
        return max(0, self.count - LISTED)

    def add(self, found: bytes) -> None:
        """Count a mark, and list it unless many are."""
        self.count += 1
        if self.count <= LISTED:
            self.listed[found] += 1

    def pick(self, rows: Iterable[tuple[bytes, bytes]]) -> list[list[str | None]]:
        """Return the cells of the rows, each with its mark, that are listed."""
        left, picked = self.listed.copy(), []
        for found, line in rows:
            if left and left[found] > 0:
                left[found] -= 1
                picked.append(copied.cells(line))
        return picked


def _marked(
    connection: Connection[Any], statement: sql.Composed, erased: Mapping[bytes, bytes] | None
) -> Iterator[tuple[bytes, bytes]]:
    """Read each row of a query with its mark."""
    leaves = KeyedLeaves(erased)
    for block in copied.blocks(connection, statement):
        lines = copied.split(block)
        yield from zip(map(mark, leaves.of(lines)), lines, strict=True)


def _sorted(marks: Iterable[bytes]) -> Iterator[bytes]:
    hashes = SortedHashes(MARK_BYTES)
    while some := list(islice(marks, copied.BLOCK_ROWS)):
        hashes.add(some)
    return iter(hashes)


def _unmatched(was: Iterator[bytes], now: Iterator[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Tell what only one of two sorted sides has, and whether that is the first."""
    then, here = next(was, None), next(now, None)
    while then is not None or here is not None:
        if then == here:
            then, here = next(was, None), next(now, None)
        elif here is None or (then is not None and then < here):
            yield True, then or b""
            then = next(was, None)
        else:
            yield False, here
            here = next(now, None)


def _worded(new: list[list[str | None]], gone: list[list[str | None]], key: int, describe: Describe) -> list[str]:
    said = []
    for cells in new:
        before = _nearest(cells, gone, key) if len(gone) <= PAIRED else None
        if before is None:
            said.append(f"added: {describe(cells, None)}")
        else:
            gone.remove(before)
            said.append(f"altered: {describe(cells, before)}")
    return said + [f"removed: {describe(cells, cells)}" for cells in gone]


def _nearest(cells: Cells, gone: Sequence[list[str | None]], key: int) -> list[str | None] | None:
    """Guess what the row was: the row that is gone with the most equal cells, at least half, its key too."""

    def alike(before: list[str | None]) -> int:
        return sum(now == then for now, then in zip(cells, before, strict=False))

    likely = [each for each in gone if each[:key] == list(cells[:key]) and 2 * alike(each) >= len(each)]
    return max(likely, key=alike, default=None)
