"""The feeds as the ledger knows them."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from cakupan.feeds import Feed


def declare_feed(connection: Connection[Any], feed: Feed) -> None:
    """Make a feed known as it is declared now. The caller commits."""
    connection.execute(
        "insert into ledger.feed (agency, feed, title, owner, cadence) values (%s, %s, %s, %s, %s)"
        " on conflict (agency, feed) do update"
        " set title = excluded.title, owner = excluded.owner, cadence = excluded.cadence",
        (feed.agency, feed.feed, feed.title, feed.owner, feed.cadence),
    )
