"""Hides counts of persons that are too small to be shown, by the rule of schema `open` (macros/disclosure.sql).

A count under 5 is hidden, under 10 where the row tells of disability, 0 too; so that no subtraction gives it away, the
smallest other cell of the same margin is hidden with it, and so is what would tell the count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from cakupan.answers.catalogue import Cells

HIDDEN = "*"
LEAST = 5
LEAST_OF_DISABLED = 10

Row = dict[str, Any]


def hide(rows: Sequence[Row], cells: Sequence[Cells]) -> list[Row]:
    """Return the rows with `*` in the place of what may not be shown."""
    hidden: list[set[str]] = [set() for _ in rows]
    for group in cells:
        for places in _margins(rows, group).values():
            small = {place for place in places if _is_small(rows[place], group)}
            others = [place for place in places if place not in small and rows[place][group.hides[0]] is not None]
            if small and others:
                small.add(min(others, key=lambda place: rows[place][group.hides[0]]))
            for place in small:
                hidden[place].update(group.hides)
    return [_shown(row, names) for row, names in zip(rows, hidden, strict=True)]


def _margins(rows: Sequence[Row], group: Cells) -> dict[tuple[Any, ...], list[int]]:
    margins: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        margins[tuple(row[name] for name in group.margin)].append(place)
    return margins


def _is_small(row: Row, group: Cells) -> bool:
    least = LEAST_OF_DISABLED if any("DISABILITAS" in str(value) for value in row.values()) else LEAST
    return any(row[name] is not None and row[name] < least for name in group.small)


def _shown(row: Row, hidden: set[str]) -> Row:
    return {name: HIDDEN if name in hidden and value is not None else value for name, value in row.items()}
