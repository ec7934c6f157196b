"""Hides counts of persons in answers: those that cakupan.disclosure has judged with all else that the night shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cakupan.answers.catalogue import Question
from cakupan.disclosure import Shown
from cakupan.disclosure.cells import Count, Name
from cakupan.settings import SmallestShown

HIDDEN = "*"
KEY = ("part", "code", "name", "commitment")

Row = dict[str, Any]


def relation_of(question: Question) -> str:
    """Name the question among the relations of which counts are judged."""
    return f"answer_{question.number:02}"


def counts_of(question: Question, rows: Sequence[Row], smallest: SmallestShown) -> Iterator[Count]:
    """Return the counts of persons that the answer shows."""
    relation = relation_of(question)
    for row in rows:
        cell = _cell(row)
        least = smallest.of(any("DISABILITAS" in str(value) for value in row.values()))
        for cells in (cells for cells in question.hidden if cells.of(row)):
            for name in (*cells.small, *cells.tells):
                if row[name] is not None:
                    group = (relation, cells.small[0], cell)
                    yield Count(Name(relation, name, cell), int(row[name]), least if name in cells.small else 0, group)


def hide(question: Question, rows: Sequence[Row], shown: Shown) -> list[Row]:
    """Return the rows with `*` in the place of what may not be shown."""
    return [_shown(row, _hidden_of(question, row, shown)) for row in rows]


def hide_restated(rows: Sequence[Row], shown: Mapping[tuple[date, str], Shown]) -> list[Row]:
    """Return restated figures with `*` where the row of the relation, or one figure of it, is hidden on its night."""
    return [
        row
        if (which := (row["of_night"], row["relation"])) not in shown or shown[which].has_all(row["code"])
        else _shown(row, {"value_before", "value_after"})
        for row in rows
    ]


def _hidden_of(question: Question, row: Row, shown: Shown) -> set[str]:
    hidden: set[str] = set()
    for cells in (cells for cells in question.hidden if cells.of(row)):
        counted = [name for name in (*cells.small, *cells.tells) if row[name] is not None]
        if not all(shown.has(name, _cell(row), int(row[name])) for name in counted):
            hidden.update(cells.hides)
    return hidden


def _cell(row: Row) -> str:
    return "|".join("" if row.get(name) is None else str(row[name]) for name in KEY)


def _shown(row: Row, names: set[str]) -> Row:
    return {name: HIDDEN if name in names and value is not None else value for name, value in row.items()}
