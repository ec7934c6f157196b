"""Corrections: deliveries that were made of an earlier one and of the rows that its office mended in a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from cakupan.feeds import Feed
from cakupan.ledger.entries import append

BYTES_OF = """
    with recursive made_of as (
        select %(delivery)s::bigint as delivery_id
        union all
        select c.corrects from ledger.correction as c join made_of using (delivery_id)
    )
    select d.sha256 from made_of join ledger.delivery as d using (delivery_id)
    union
    select c.workbook_sha256 from made_of join ledger.correction as c using (delivery_id)
"""
OF_FEEDS = """
    select
        c.delivery_id, d.agency || '.' || d.feed as feed, d.business_date, c.mended_rows, c.withdrawn_rows,
        c.corrected_at, v.quarantined_rows as left_rows
    from ledger.correction as c
    join ledger.delivery as d using (delivery_id)
    join ledger.current_validation as v using (delivery_id)
    where d.agency || '.' || d.feed = any(%(feeds)s) and d.business_date <= %(night)s
    order by c.delivery_id
"""


@dataclass(frozen=True)
class Correction:
    """What was mended of a delivery, and how many of its rows are still set aside."""

    delivery_id: int
    feed: str
    business_date: date
    mended_rows: int
    withdrawn_rows: int
    corrected_at: datetime
    left_rows: int

    @property
    def topic(self) -> str:
        """What there is to tell."""
        return f"{self.feed} correction {self.delivery_id}"


def enter_correction(
    connection: Connection[Any], delivery_id: int, corrects: int, workbook_sha256: str, *,
    mended: int, withdrawn: int, by: str,
) -> None:  # fmt: skip
    """Enter and record what a delivery was made of. The caller commits."""
    connection.execute(
        "insert into ledger.correction (delivery_id, corrects, workbook_sha256, mended_rows, withdrawn_rows, by_whom)"
        " values (%s, %s, %s, %s, %s, %s)",
        (delivery_id, corrects, workbook_sha256, mended, withdrawn, by),
    )
    append(
        connection, "correction",
        {"delivery_id": delivery_id, "corrects": corrects, "workbook_sha256": workbook_sha256, "by": by,
         "mended_rows": mended, "withdrawn_rows": withdrawn},
    )  # fmt: skip


def made_of(connection: Connection[Any], delivery_id: int) -> set[str]:
    """Return the SHA-256 of all bytes that a delivery was made of: its own, those it corrects, the workbooks."""
    return {sha256 for (sha256,) in connection.execute(BYTES_OF, {"delivery": delivery_id})}


def corrections(connection: Connection[Any], feeds: Sequence[Feed], night: date) -> list[Correction]:
    """Return the corrections of the feeds' deliveries dated not after the night, oldest first."""
    with connection.cursor(row_factory=class_row(Correction)) as cursor:
        return cursor.execute(OF_FEEDS, {"feeds": [feed.name for feed in feeds], "night": night}).fetchall()


def is_taken(connection: Connection[Any], workbook_sha256: str) -> bool:
    """Tell whether a correction was made of a workbook."""
    found = connection.execute("select from ledger.correction where workbook_sha256 = %s", (workbook_sha256,))
    return found.fetchone() is not None
