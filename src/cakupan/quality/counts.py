"""What the pass over a delivery counts, held against what lies in the landing table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from cakupan.feeds import Feed
from cakupan.quality.quarantine import quarantine_table

Execute = Callable[..., psycopg.Cursor[Any]]
"""Runs a query of the pass, with the names of its delivery filled in."""

_MEDIAN = """
with examined as (
    select sheet, row_number, verdict, {period} as dated from {examined} where {which}
),
accepted as (
    select {period} as dated from {landing} as l
    where delivery_id = {delivery} and not exists (
        select from examined as j where j.sheet = l.sheet and j.row_number = l.row_number
    )
    union all
    select dated from examined where verdict = 'accepted'
),
typed as (
    select {to_date}(dated) as dated from accepted
)
select percentile_disc(0.5) within group (order by dated) from typed
"""


@dataclass(frozen=True)
class Delivery:
    """The delivery under judgement."""

    delivery_id: int
    night: date
    earlier: tuple[tuple[int, int], ...] = ()
    """For increments: (delivery_id, validation_id) of the deliveries in force before this one."""


@dataclass(frozen=True)
class Counts:
    """What the pass found."""

    delivered: int
    accepted: int
    quarantined: int
    duplicates: int
    broken: dict[str, int] = field(default_factory=dict)
    """Rows that break a rule, duplicates aside; rules nobody broke are left out."""
    unexpected: dict[str, int] = field(default_factory=dict)
    """The same with repeated rows, as Great Expectations counts them."""
    first: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Sheet and number of the first row that breaks a rule."""
    median_on: date | None = None
    """The median date of the accepted rows, where the feed declares a column for it."""
    repeated: tuple[int, ...] = ()
    """Earlier deliveries that rows of this one may repeat."""


class CountsDisagree(RuntimeError):
    """What the pass counted does not add up to what lies in the landing table."""


def count(execute: Execute, feed: Feed, delivery: Delivery, unexpected: dict[str, int]) -> Counts:
    """Count the rows in `judged` and the clean ones that are not there. Raises CountsDisagree.

    `unexpected` are the rows that break each rule, repeated ones included, which `judged` no longer tells.
    """
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
        unexpected=unexpected,
        first=first,
        median_on=_median(execute, feed),
        repeated=tuple(number for (number,) in repeated),
    )


def unexpected_rows(execute: Execute) -> dict[str, int]:
    """Count the rows of `judged` that break each rule, before those of repeated rows are forgotten."""
    found = execute("select rule, count(*) from judged, unnest(rules) as rule group by rule").fetchall()
    return dict(found)


def _broken(execute: Execute) -> tuple[dict[str, int], dict[str, tuple[str, int]]]:
    """Count the rows that break each rule, and find the first of them; in memory that does not grow with the rows."""
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
    """Find the median of the accepted rows' dates in the column that the feed declares."""
    if feed.period is None:
        return None
    row = execute(_MEDIAN, examined=sql.SQL("judged"), which=sql.SQL("true"), **_dated(feed, feed.period)).fetchone()
    return row[0] if row else None


def median_of_validated(
    connection: psycopg.Connection[Any], feed: Feed, delivery_id: int, validation_id: int
) -> date | None:
    """Find the same of a delivery that was validated before medians were kept."""
    if feed.period is None:
        return None
    names = {
        "landing": sql.Identifier("landing", feed.table),
        "delivery": sql.Literal(delivery_id),
        "examined": quarantine_table(feed),
        "which": sql.SQL("validation_id = {}").format(sql.Literal(validation_id)),
    }
    row = connection.execute(sql.SQL(_MEDIAN).format(**names, **_dated(feed, feed.period))).fetchone()
    return row[0] if row else None


def _dated(feed: Feed, period: str) -> dict[str, sql.Composable]:
    """Name the date column, and what reads it."""
    column = feed.column(period)
    reader = sql.Identifier("quality", f"to_date_{feed.spelling_of(column)}")
    return {"period": sql.Identifier(column.name), "to_date": reader}
