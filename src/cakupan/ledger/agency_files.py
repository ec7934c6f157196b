"""Files of agencies: what those that were read looked like, and which ones lie there and were not taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import Connection

from cakupan.feeds import Feed
from cakupan.ledger.deliveries import storable
from cakupan.sources.ignored import Ignored


def fingerprints(connection: Connection[Any], feed: Feed) -> dict[tuple[date, str], str]:
    """Return the fingerprints of the feed's files when they were last read, by business date and name."""
    rows = connection.execute(
        "select business_date, original_name, fingerprint from ledger.seen where agency = %s and feed = %s",
        (feed.agency, feed.feed),
    )
    return {(day, name): fingerprint for day, name, fingerprint in rows}


def keep_fingerprint(connection: Connection[Any], feed: Feed, business_date: date, name: str, fingerprint: str) -> None:
    """Keep what a file looked like when it was read. The caller commits, together with the delivery."""
    connection.execute(
        "insert into ledger.seen (agency, feed, business_date, original_name, fingerprint) values (%s, %s, %s, %s, %s)"
        " on conflict (agency, feed, business_date, original_name)"
        " do update set fingerprint = excluded.fingerprint, seen_at = excluded.seen_at",
        (feed.agency, feed.feed, business_date, name, storable(fingerprint)),
    )


def replace_ignored(
    connection: Connection[Any], agency: str, feed: str, night: date, ignored: Sequence[Ignored]
) -> None:
    """Keep which files lie in a folder and were not taken, and forget what is there no longer. The caller commits."""
    rows = [(one.name, one.reason_code, one.reason.id, one.reason.en) for one in ignored]
    columns = [[row[place] for row in rows] for place in range(4)]
    connection.execute(
        "delete from ledger.ignored where agency = %s and feed = %s and not name = any(%s)", (agency, feed, columns[0])
    )
    connection.execute(
        "insert into ledger.ignored as i (agency, feed, name, reason_code, reason_id, reason_en, as_of_date)"
        " select %s, %s, *, %s from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) on conflict"
        " (agency, feed, name) do update set reason_code = excluded.reason_code, reason_id = excluded.reason_id,"
        " reason_en = excluded.reason_en, last_seen_at = excluded.last_seen_at, as_of_date = excluded.as_of_date",
        (agency, feed, night, *columns),
    )
