"""Nights: which feeds are done for one, which of its tasks failed, which were begun."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from cakupan.feeds import Feed


class Failure(NamedTuple):
    """A task of a night that failed for good."""

    failed_at: datetime
    task: str
    message: str


def note_done(connection: Connection[Any], feed: Feed, night: date) -> None:
    """Note that the feed is done for the night: whatever the agency had for it is in. The caller commits."""
    connection.execute(
        "insert into ledger.asked (agency, feed, as_of_date) values (%s, %s, %s)"
        " on conflict (agency, feed, as_of_date) do update set asked_at = excluded.asked_at",
        (feed.agency, feed.feed, night),
    )


def feeds_done(connection: Connection[Any], night: date) -> set[str]:
    """Return the feeds that are done for the night, as `agency.feed`."""
    rows = connection.execute("select agency || '.' || feed from ledger.asked where as_of_date = %s", (night,))
    return {name for (name,) in rows}


def note_failure(connection: Connection[Any], night: date, task: str, message: str) -> None:
    """Note that a task of the night failed for good, and why. The caller commits."""
    connection.execute(
        "insert into ledger.failure (as_of_date, task, message) values (%s, %s, %s)", (night, task, message)
    )


def failures(connection: Connection[Any], night: date, since: datetime | None = None) -> list[Failure]:
    """Return the tasks of the night that failed, since then where that is given, oldest first."""
    with connection.cursor(row_factory=class_row(Failure)) as cursor:
        return cursor.execute(
            "select failed_at, task, message from ledger.failure"
            " where as_of_date = %s and failed_at >= coalesce(%s, '-infinity'::timestamptz) order by failed_at, task",
            (night, since),
        ).fetchall()


def nights_begun(connection: Connection[Any]) -> set[date]:
    """Return the nights that were asked for, built or failed."""
    return _nights(
        connection,
        "select as_of_date from ledger.asked union select as_of_date from ledger.run"
        " union select as_of_date from ledger.failure",
    )


def nights_delivered(connection: Connection[Any]) -> set[date]:
    """Return the nights that deliveries are dated of."""
    return _nights(connection, "select distinct business_date from ledger.delivery")


def nights_published(connection: Connection[Any]) -> set[date]:
    """Return the nights that were ever published."""
    return _nights(connection, "select distinct as_of_date from ledger.publication")


def nights_to_restate(connection: Connection[Any]) -> list[date]:
    """Return the published nights whose run rests on other deliveries than those now in force, oldest first.

    Only nights that a validation since their run could touch are looked at closer.
    """
    rows = connection.execute("""
        with event as (
            select v.validated_at as at, d.business_date, null::date as as_of_date, null::bigint as run_id
            from ledger.validation as v join ledger.delivery as d using (delivery_id)
            union all
            select r.started_at, null, r.as_of_date, r.run_id
            from ledger.published as p join ledger.run as r using (run_id)
        ),

        night as (
            select as_of_date, run_id, min(business_date) over (order by at desc) as earliest from event
        )

        select night.as_of_date
        from night
        where
            night.as_of_date >= night.earliest
            and exists (
                select
                from (select delivery_id, validation_id from ledger.in_force(night.as_of_date)) as now
                full join (
                    select delivery_id, validation_id from ledger.run_input where run_id = night.run_id
                ) as built using (delivery_id, validation_id)
                where now.delivery_id is null or built.delivery_id is null
            )
        order by 1
    """)
    return [night for (night,) in rows]


def _nights(connection: Connection[Any], query: LiteralString) -> set[date]:
    return {night for (night,) in connection.execute(query)}
