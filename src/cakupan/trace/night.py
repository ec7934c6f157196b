"""A published night as an auditor reads it: which run it shows, what that run rests on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from cakupan.ledger.publications import published_nights
from cakupan.trace import queries
from cakupan.trace.tree import CannotTrace

Row = dict[str, Any]
NEAR = 3  # near misses that a message names


@dataclass(frozen=True)
class Night:
    """The run that readers see for a date; `limit` is how many of a long list are wanted, None for all."""

    connection: psycopg.Connection[Any]
    as_of: date
    run_id: int
    limit: int | None

    def select(self, query: bytes | sql.Composed, **values: object) -> list[Row]:
        """Select the rows of a query with %(run)s, %(as_of)s, %(limit)s and the values filled in."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            parameters = {"run": self.run_id, "as_of": self.as_of, "limit": self.limit, **values}
            return cursor.execute(query, parameters).fetchall()

    def rows(self, name: str, **values: object) -> list[Row]:
        """Select the rows of the query of this name."""
        return self.select(queries.read(name), **values)

    def row(self, name: str, **values: object) -> Row | None:
        """Select the first row of the query of this name, or None."""
        found = self.rows(name, **values)
        return found[0] if found else None

    def rows_of_runs(self, mart: str) -> sql.Identifier:
        """Name the relation that has the mart's rows of every run, by run_id."""
        (history,) = self.select(
            sql.SQL("select to_regclass({}) is not null as kept").format(f"warehouse.history_{mart}")
        )
        return sql.Identifier("warehouse", f"history_{mart}" if history["kept"] else mart)

    def feeds(self) -> dict[int, str]:
        """Return the feed of each delivery that the night rests on."""
        return {row["delivery_id"]: row["feed"] for row in self.rows("inputs")}


def published_night(connection: psycopg.Connection[Any], as_of: date | None, limit: int | None) -> Night:
    """Find the published night of the date, or the newest; raises CannotTrace where there is none."""
    runs = published_nights(connection)
    if not runs:
        raise CannotTrace("No night was published by then. To see what there is: cakupan status")
    wanted = as_of or max(runs)
    if wanted not in runs:
        near = sorted(runs, key=lambda night: (abs((night - wanted).days), night))[:NEAR]
        listed = ", ".join(map(str, sorted(near)))
        raise CannotTrace(f"The night of {wanted} was not published. Name another with --date; the nearest: {listed}")
    return Night(connection, wanted, runs[wanted], limit)


def unknown(kind: str, wanted: str, known: Iterable[str], as_of: date, listing: str) -> CannotTrace:
    """Say of a number that the night does not have it: what was looked for, what comes near, how all are listed.

    `listing` selects the numbers of the kind from the marts.
    """
    everything = sorted(set(known))
    begins = [one for one in everything if wanted and one.startswith(wanted)]
    near = list(dict.fromkeys([*begins, *difflib.get_close_matches(wanted, everything, NEAR, 0.5)]))[:NEAR]
    close = f" Near: {', '.join(near)}." if near else ""
    return CannotTrace(
        f"There is no {kind} {wanted!r} on the night of {as_of}.{close}"
        f" To list all: cakupan sql \"{listing} where as_of_date = '{as_of}'\""
    )
