"""The feeds as the ledger knows them."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from cakupan.feeds import Feed


def declare_feed(connection: Connection[Any], feed: Feed) -> None:
    """Make a feed known as it is declared now. The caller commits."""
    connection.execute(
        "insert into ledger.feed as f (agency, feed, title, owner, cadence) values (%s, %s, %s, %s, %s)"
        " on conflict (agency, feed) do update"
        " set title = excluded.title, owner = excluded.owner, cadence = excluded.cadence,"
        " declared_at = excluded.declared_at"
        " where (f.title, f.owner, f.cadence) is distinct from (excluded.title, excluded.owner, excluded.cadence)",
        (feed.agency, feed.feed, feed.title, feed.owner, feed.cadence),
    )


def declared(connection: Connection[Any]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return title, owner and cadence of each feed as the ledger knows it, by agency and name."""
    rows = connection.execute("select agency, feed, title, owner, cadence from ledger.feed")
    return {(agency, feed): (title, owner, cadence) for agency, feed, title, owner, cadence in rows}
