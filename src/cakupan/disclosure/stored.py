"""Reads the counts of a night, and keeps and finds what was decided of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from cakupan.disclosure.cells import Count, Name
from cakupan.settings import SmallestShown

_COUNTED = """
    select relation, measure, cell, group_name, persons, is_count, is_sensitive
    from disclosure.counted
    where as_of_date = %s
"""
_UNJUDGED = """
    select as_of_date, run_id
    from ledger.published as p
    where not exists (select from disclosure.judgement as j where j.run_id = p.run_id)
    order by as_of_date
"""
_AROUND = """
    with newest as (
        select distinct on (as_of_date) as_of_date, run_id
        from disclosure.judgement
        where as_of_date <> %(night)s
        order by as_of_date, run_id desc
    )

    (select as_of_date, run_id from newest order by abs(as_of_date - %(night)s), as_of_date limit %(nights)s)
    union all
    (
        select as_of_date, run_id from disclosure.judgement
        where as_of_date = %(night)s order by run_id desc limit %(nights)s
    )
"""
_CELLS = "select relation, measure, cell, group_name, persons, least, is_hidden from disclosure.cell where run_id = %s"

_SHOWN = """
    select measure, cell, (array_agg(persons order by run_id desc))[1], bool_or(is_hidden)
    from disclosure.cell
    inner join disclosure.judgement using (run_id)
    where as_of_date = %s and relation = %s
    group by measure, cell
"""


@dataclass(frozen=True)
class Judged:
    """The counts of a run that was judged, and which of them are hidden."""

    night: date
    counts: Mapping[Name, Count]
    hidden: frozenset[Name]


class Shown:
    """Which counts of a relation of a judged night are shown, each with what was counted then."""

    def __init__(self, counts: Mapping[tuple[str, str], int], hidden: Collection[tuple[str, str]] = ()) -> None:
        self._counts = counts
        self._rows_in_full = {cell for _, cell in counts} - {cell for _, cell in hidden}

    def has(self, measure: str, cell: str, persons: int) -> bool:
        """Return whether the count is shown; where it is no longer what was judged, it is not."""
        return self._counts.get((measure, cell)) == persons

    def has_all(self, cell: str) -> bool:
        """Return whether all counts of a row are shown."""
        return cell in self._rows_in_full


def read_counts(connection: psycopg.Connection[Any], night: date, smallest: SmallestShown) -> list[Count]:
    """Return the counts of a published night that schema open could show."""
    return [
        Count(
            Name(relation, measure, cell),
            persons,
            smallest.of(is_sensitive) if is_count else 0,
            (relation, group_name, cell),
        )
        for relation, measure, cell, group_name, persons, is_count, is_sensitive in connection.execute(
            _COUNTED, (night,)
        )
    ]


def unjudged(connection: psycopg.Connection[Any]) -> list[tuple[date, int]]:
    """Return the published nights of which nothing was decided, oldest first, with their runs.

    None before dbt has made what is judged: schema open, which comes with it, shows nothing then.
    """
    (made,) = connection.execute("select to_regclass('disclosure.counted') is not null").fetchone() or (False,)
    if not made:
        return []
    return connection.execute(_UNJUDGED).fetchall()


def judged_around(connection: psycopg.Connection[Any], night: date, nights: int) -> list[Judged]:
    """Return the judged nights nearest to the night, and what was published of the night itself before."""
    found = connection.execute(_AROUND, {"night": night, "nights": nights}).fetchall()
    return [_judged(connection, of, run_id) for of, run_id in found]


def _judged(connection: psycopg.Connection[Any], night: date, run_id: int) -> Judged:
    counts: dict[Name, Count] = {}
    hidden: set[Name] = set()
    for relation, measure, cell, group_name, persons, least, is_hidden in connection.execute(_CELLS, (run_id,)):
        name = Name(relation, measure, cell)
        counts[name] = Count(name, persons, least, (relation, group_name, cell))
        if is_hidden:
            hidden.add(name)
    return Judged(night, counts, frozenset(hidden))


def keep(
    connection: psycopg.Connection[Any],
    run: tuple[date, int],
    smallest: SmallestShown,
    counts: Iterable[Count],
    hidden: set[Name],
) -> None:
    """Keep what was decided of the run of a night, once and for all; the caller commits."""
    night, run_id = run
    connection.execute(
        "insert into disclosure.judgement (run_id, as_of_date, smallest_count, smallest_sensitive_count)"
        " values (%s, %s, %s, %s)",
        (run_id, night, smallest.count, smallest.sensitive_count),
    )
    into = "copy disclosure.cell (run_id, relation, measure, cell, group_name, persons, least, is_hidden) from stdin"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for count in counts:
            name, (_, group_name, _) = count.name, count.group
            row = name.relation, name.measure, name.cell, group_name, count.persons, count.least, name in hidden
            copy.write_row((run_id, *row))


def shown(connection: psycopg.Connection[Any], night: date, relation: str) -> Shown:
    """Return which counts of the relation are shown in every publication of the night."""
    counts: dict[tuple[str, str], int] = {}
    hidden: set[tuple[str, str]] = set()
    for measure, cell, persons, is_hidden in connection.execute(_SHOWN, (night, relation)):
        if is_hidden:
            hidden.add((measure, cell))
        else:
            counts[measure, cell] = persons
    return Shown(counts, hidden)


def counted_relations(connection: psycopg.Connection[Any]) -> set[str]:
    """Return the relations of which counts were ever judged."""
    return {relation for (relation,) in connection.execute("select distinct relation from disclosure.cell")}
