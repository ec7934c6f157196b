"""Counts what the pass made of a delivery, and holds the counts against what lies in the landing table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from cakupan.feeds import Feed
from cakupan.quality.counts import Counts, Delivery

Execute = Callable[..., psycopg.Cursor[Any]]
"""Runs a query of the pass, with the names of its delivery filled in."""


class CountsDisagree(RuntimeError):
    """What the pass counted does not add up to what lies in the landing table."""


def count(execute: Execute, feed: Feed, delivery: Delivery) -> Counts:
    """The figures of the rows in `judged` and of the clean ones that are not there. Raises CountsDisagree."""
    row = execute(
        """
        select
            (select count(*) from {landing} where delivery_id = {delivery}),
            count(*) filter (where verdict = 'accepted'),
            count(*) filter (where verdict = 'quarantined'),
            count(*) filter (where verdict = 'duplicate'),
            count(*), count(distinct (sheet, row_number))
        from judged
        """
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers
    delivered, accepted, quarantined, duplicates, judged, places = row
    if accepted + quarantined + duplicates != judged or judged != places or judged > delivered:
        raise CountsDisagree(
            f"{feed.name}: delivery {delivery.delivery_id} has {delivered} rows in landing.{feed.table}; of {judged}"
            f" that were looked at in {places} places, {accepted} are accepted, {quarantined} quarantined, {duplicates}"
            " repeated; land it again from the archive"
        )
    broken, first = _broken(execute)
    repeated = execute("select distinct delivery_id from earlier order by 1").fetchall()
    return Counts(
        delivered=delivered,
        accepted=delivered - judged + accepted,
        quarantined=quarantined,
        duplicates=duplicates,
        broken=broken,
        first=first,
        median_on=_median(execute, feed),
        repeated=tuple(number for (number,) in repeated),
    )


def _broken(execute: Execute) -> tuple[dict[str, int], dict[str, tuple[str, int]]]:
    """How many rows break each rule, and where the first of them is; in memory that does not grow with the rows."""
    found = execute(
        """
        select rule, count(*), min((lpad(row_number::text, 19, '0') || sheet) collate "C")
        from judged, unnest(rules) as rule
        group by rule
        """
    ).fetchall()
    first = {rule: (place[19:], int(place[:19])) for rule, _, place in found}
    return {rule: rows for rule, rows, _ in found}, first


def _median(execute: Execute, feed: Feed) -> date | None:
    """The median of the accepted rows' dates in the column that the feed declares."""
    if feed.period is None:
        return None
    column = feed.column(feed.period)
    row = execute(
        """
        with accepted as (
            select {period} as dated from {landing} as l
            where delivery_id = {delivery} and not exists (
                select from judged as j where j.sheet = l.sheet and j.row_number = l.row_number
            )
            union all
            select {period} from judged where verdict = 'accepted'
        ),
        typed as (
            select {to_date}(dated) as dated from accepted
        )
        select percentile_disc(0.5) within group (order by dated) from typed
        """,
        period=sql.Identifier(column.name),
        to_date=sql.Identifier("quality", f"to_date_{feed.spelling_of(column)}"),
    ).fetchone()
    return row[0] if row else None
