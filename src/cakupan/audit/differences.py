"""Which rows are not those that were recorded, found by the marks kept outside the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Connection, sql

from cakupan.audit.folder import Marks, mark
from cakupan.ledger import digests

PAIRED = 200
"""Rows on either side up to which what a row was is looked for among what it is."""

Cells = Sequence[str | None]
Describe = Callable[[Cells, Cells | None], str]


def name_differences(
    connection: Connection[Any], statement: sql.Composed, marks: Marks | None, describe: Describe
) -> list[str]:
    """Name what became of each row of a query that is not as recorded; `describe` words a row and what it was.

    Both are given the cells that the marks keep; a row that was removed is given as it was, twice.
    """
    if marks is None:
        return ["differs from what was recorded; no marks were kept of its rows, so that none can be named"]
    left: defaultdict[str, list[bytes]] = defaultdict(list)
    for known, kept in marks.rows:
        left[known].append(kept)
    new = []
    for leaf, line in digests.keyed_lines(connection, statement):
        if not left[mark(leaf)]:
            new.append(digests.cells(line))
        else:
            left[mark(leaf)].pop()
    gone = [digests.cells(kept)[: marks.kept] for known in left.values() for kept in known]
    return _worded(new, gone, marks, describe)


def _worded(new: list[list[str | None]], gone: list[list[str | None]], marks: Marks, describe: Describe) -> list[str]:
    said = []
    if not marks.kept:
        said += [f"altered or added: {describe(cells, None)}" for cells in new]
        if len(gone) > len(new):
            said.append(f"{len(gone) - len(new)} rows were removed; which ones can no longer be told")
        return said
    for cells in new:
        before = _nearest(cells, gone, marks.key) if len(gone) <= PAIRED else None
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
