"""Landings: what came of reading a delivery's bytes, and whose rows were dropped since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.types.json import Jsonb

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.ledger.destroyed import destroyed


def not_landed(connection: Connection[Any], feed: Feed) -> list[tuple[int, str]]:
    """Return the feed's deliveries that were never landed, oldest first: delivery_id and SHA-256."""
    return connection.execute(
        "select delivery_id, sha256 from ledger.delivery as d where agency = %s and feed = %s"
        " and not exists (select from ledger.landing as l where l.delivery_id = d.delivery_id)"
        " order by business_date, delivery_id",
        (feed.agency, feed.feed),
    ).fetchall()


def replace_landing(
    connection: Connection[Any],
    delivery_id: int,
    landed_rows: int,
    *,
    feed: Feed,
    extra_columns: Iterable[str],
    missing_columns: Iterable[str],
    refusal: tuple[str, Text] | None,
    totals: Iterable[Mapping[str, Any]],
) -> None:
    """Enter what was landed of the delivery just now, or its refusal (code and sentence). The caller commits."""
    code, text = refusal or (None, None)
    connection.execute("delete from ledger.landing where delivery_id = %s", (delivery_id,))
    note_landed_again(connection, delivery_id)
    connection.execute(
        "insert into ledger.landing (delivery_id, landed_rows, extra_columns, missing_columns,"
        " refusal_code, refusal_id, refusal_en, totals, declaration) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            delivery_id,
            landed_rows,
            list(extra_columns),
            list(missing_columns),
            code,
            text and text.id,
            text and text.en,
            Jsonb(stated) if (stated := list(totals)) else None,
            _declaration(feed),
        ),
    )


class Outdated(NamedTuple):
    """A delivery whose landed rows no night needs any more."""

    delivery_id: int
    sha256: str
    business_date: date
    landed_rows: int


def outdated(connection: Connection[Any], feed: Feed, retention: int) -> list[Outdated]:
    """Return the feed's deliveries that no night of the last `retention` and none to come rests on, oldest first.

    Only those that a night was published with, so that what is stored of their rows is stored: held ones, those that
    were never in force and those of the run being built stay. `retention` is counted back from the newest published
    night; without one there are none.
    """
    (newest,) = connection.execute("select max(as_of_date) from ledger.published").fetchone() or (None,)
    if newest is None:
        return []
    rows = connection.execute(
        """
        select v.delivery_id, v.sha256, v.business_date, l.landed_rows
        from ledger.current_validation as v
        join ledger.landing as l using (delivery_id)
        where v.agency = %(agency)s and v.feed = %(feed)s
            and l.landed_rows > 0
            and v.business_date <= %(since)s
            and v.delivery_id not in (select f.delivery_id from ledger.in_force(%(since)s) as f)
            and exists (
                select from ledger.run_input as i join ledger.publication as p using (run_id)
                where i.validation_id = v.validation_id
            )
            and exists (select from identity.registered as r where r.validation_id = v.validation_id)
            and not exists (
                select from ledger.build as b
                join ledger.run as r using (run_id)
                join ledger.run_input as i using (run_id)
                where r.state in ('BUILDING', 'BUILT') and i.delivery_id = v.delivery_id
            )
            and not exists (
                select from ledger.dropped_landing as d
                where d.delivery_id = v.delivery_id and d.landed_again_at is null
            )
        order by v.business_date, v.delivery_id
        """,
        {"agency": feed.agency, "feed": feed.feed, "since": newest - timedelta(days=retention)},
    )
    return [Outdated(*row) for row in rows]


def expired(connection: Connection[Any], feed: Feed, years: int) -> list[Outdated]:
    """Return the feed's examined deliveries that no night of the last `years` and none to come rests on, oldest first.

    Also those that no night ever rested on. Counted back from the newest published night; without one there are none.
    """
    rows = connection.execute(
        """
        with since as (
            select (max(as_of_date) - make_interval(years => %(years)s))::date as night from ledger.published
        )
        select v.delivery_id, v.sha256, v.business_date, coalesce(l.landed_rows, 0)
        from since
        cross join ledger.current_validation as v
        left join ledger.landing as l using (delivery_id)
        where v.agency = %(agency)s and v.feed = %(feed)s
            and v.business_date <= since.night
            and v.delivery_id not in (select f.delivery_id from since cross join ledger.in_force(since.night) as f)
            and not exists (
                select from ledger.build as b
                join ledger.run as r using (run_id)
                join ledger.run_input as i using (run_id)
                where r.state in ('BUILDING', 'BUILT') and i.delivery_id = v.delivery_id
            )
        order by v.business_date, v.delivery_id
        """,
        {"agency": feed.agency, "feed": feed.feed, "years": years},
    ).fetchall()
    gone = destroyed(connection) if rows else {}
    return [Outdated(*row) for row in rows if row[0] not in gone]


def note_dropped(connection: Connection[Any], feed: Feed, delivery_id: int) -> None:
    """Note that the delivery's landed rows are dropped, and that the feed as given is how they are read again."""
    connection.execute("insert into ledger.dropped_landing (delivery_id) values (%s)", (delivery_id,))
    connection.execute(
        "update ledger.landing set declaration = %s where delivery_id = %s and declaration is null",
        (_declaration(feed), delivery_id),
    )


def note_landed_again(connection: Connection[Any], delivery_id: int) -> None:
    """Note that rows which were dropped are there again."""
    connection.execute(
        "update ledger.dropped_landing set landed_again_at = clock_timestamp()"
        " where delivery_id = %s and landed_again_at is null",
        (delivery_id,),
    )


def dropped(connection: Connection[Any], deliveries: Iterable[int] | None = None) -> list[int]:
    """Return the deliveries, of those named or of all, whose landed rows are dropped."""
    rows = connection.execute(
        "select delivery_id from ledger.dropped_landing"
        " where landed_again_at is null and delivery_id = any(coalesce(%s, array[delivery_id])) order by 1",
        (None if deliveries is None else list(deliveries),),
    )
    return [delivery_id for (delivery_id,) in rows]


def landed_as(connection: Connection[Any], delivery_id: int) -> Feed | None:
    """Return the feed as it was declared when the delivery was landed; None where that is not known."""
    row = connection.execute("select declaration from ledger.landing where delivery_id = %s", (delivery_id,)).fetchone()
    try:
        return Feed.model_validate(row[0]) if row and row[0] else None
    except ValueError:  # of a version whose declarations said something else
        return None


def _declaration(feed: Feed) -> Jsonb:
    return Jsonb(feed.model_dump(mode="json"))
