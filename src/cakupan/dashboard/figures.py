"""What the pages show of a published night: every figure, asked in one transaction as an auditor.

Counts of persons come from schema `open` alone, where small ones are hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

NEWEST = "select as_of_date, run_id, published_at from ledger.published order by as_of_date desc limit 1"
HEADLINE = "select * from marts.universal_coverage where as_of_date = %(night)s order by denominator_code"


class NotPublished(Exception):
    """The night was not published: there is nothing that pages could show."""


@dataclass(frozen=True)
class Figures:
    """A published night's figures; rows carry the columns of the relations they come from."""

    night: date
    run_id: int
    published_at: datetime
    headline: list[Row]


def read_figures(connection: psycopg.Connection[Any], night: date) -> Figures:
    """Return the figures of the newest published night; raises NotPublished when that is one before `night`.

    Where a past night was built again, the pages still show the newest one, with the past as it is now known.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set transaction isolation level repeatable read read only")
        newest = cursor.execute(NEWEST).fetchone()
        if newest is None or newest["as_of_date"] < night:
            raise NotPublished(f"the night of {night} is not published: publish it, then write the pages again")
        values = {"night": newest["as_of_date"], "run_id": newest["run_id"]}

        def rows(query: str) -> list[Row]:
            return cursor.execute(query, values).fetchall()

        return Figures(
            night=newest["as_of_date"],
            run_id=newest["run_id"],
            published_at=newest["published_at"],
            headline=rows(HEADLINE),
        )
