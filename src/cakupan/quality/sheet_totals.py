"""Holds what a sheet says of itself, its total rows, against the rows above them as they were delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from cakupan.feeds import Column, Feed


@dataclass(frozen=True)
class Disagreement:
    """A total row whose amount is not the sum of the rows above it."""

    sheet: str
    row_number: int
    column: str
    stated: int | None
    """None where the total itself is no number."""
    summed: int
    rows: int
    unread: int
    """Rows above whose amount is no number."""


def find_disagreements(connection: psycopg.Connection[Any], feed: Feed, delivery_id: int) -> list[Disagreement]:
    """Find the total rows that disagree, in the order of the file.

    A total agrees where it is the sum of all rows above it, of those since the last total row, or of the totals above.
    """
    row = connection.execute("select totals from ledger.landing where delivery_id = %s", (delivery_id,)).fetchone()
    columns = {column.name: column for column in feed.columns}
    found = []
    last: dict[tuple[str, str], int] = {}
    above: dict[tuple[str, str], int] = {}
    for total in sorted((row and row[0]) or [], key=lambda each: (each["sheet"], each["row"])):
        column = columns.get(total["column"])
        if column is None or column.type not in ("rupiah", "count"):
            continue
        place = (total["sheet"], total["column"])
        stated = _read(connection, feed, column, total["amount"])
        whole = _sum(connection, feed, column, (delivery_id, total["sheet"], 0, total["row"]))
        since = _sum(connection, feed, column, (delivery_id, total["sheet"], last.get(place, 0), total["row"]))
        if stated is None or stated not in (whole[0], since[0], above.get(place, whole[0])):
            found.append(Disagreement(total["sheet"], total["row"], column.name, stated, *whole))
        last[place] = total["row"]
        above[place] = above.get(place, 0) + (stated or 0)
    return found


def _read(connection: psycopg.Connection[Any], feed: Feed, column: Column, text: str | None) -> int | None:
    query = sql.SQL("select {}(quality.normal(%s))").format(_reader(feed, column))
    row = connection.execute(query, (text,)).fetchone()
    return row[0] if row else None


def _sum(
    connection: psycopg.Connection[Any], feed: Feed, column: Column, between: tuple[int, str, int, int]
) -> tuple[int, int, int]:
    """Sum the column between two rows of a delivery's sheet; with it, how many rows, and how many without a number."""
    query = sql.SQL(
        """
        with above as (
            select {read}(quality.normal({column})) as amount, quality.normal({column}) is not null as filled
            from {landing}
            where delivery_id = %s and sheet = %s and row_number > %s and row_number < %s
        )
        select coalesce(sum(amount), 0)::bigint, count(*), count(*) filter (where filled and amount is null) from above
        """
    ).format(
        read=_reader(feed, column), column=sql.Identifier(column.name), landing=sql.Identifier("landing", feed.table)
    )
    row = connection.execute(query, between).fetchone()
    return row or (0, 0, 0)


def _reader(feed: Feed, column: Column) -> sql.Identifier:
    return sql.Identifier("quality", f"to_whole_{feed.spelling_of(column)}")
