"""Deliveries: which bytes arrived from whom for which date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from psycopg import Connection

from cakupan.feeds import Feed
from cakupan.ledger.corrections import made_of
from cakupan.ledger.entries import record_delivery


@dataclass(frozen=True)
class Archived:
    """What the archive keeps: the name of the bytes and how many they are."""

    sha256: str
    size_bytes: int


class Delivery(NamedTuple):
    """Whose delivery it is, and of which date."""

    agency: str
    feed: str
    business_date: date

    @property
    def name(self) -> str:
        """The feed as it is called everywhere, `agency.feed`."""
        return f"{self.agency}.{self.feed}"


def enter_delivery(
    connection: Connection[Any], feed: Feed, business_date: date, original_name: str, archived: Archived
) -> tuple[int, bool]:
    """Enter an archived delivery and record it; returns its delivery_id and whether it is new. The caller commits.

    What the agency has for the date is new when its bytes differ from the newest delivery's: bytes that come back
    after others were sent replace those, the same bytes under whatever name replace nothing. Nor does what a corrected
    delivery was made of: it lies with the agency still.
    """
    connection.execute("select pg_advisory_xact_lock(hashtext('cakupan.delivery'), hashtext(%s))", (feed.name,))
    newest = connection.execute(
        "select delivery_id from ledger.delivery where agency = %s and feed = %s and business_date = %s"
        " order by delivery_id desc limit 1",
        (feed.agency, feed.feed, business_date),
    ).fetchone()
    if newest and archived.sha256 in made_of(connection, newest[0]):
        return newest[0], False
    delivery_id = _insert(connection, feed, business_date, original_name, archived)
    record_delivery(connection, delivery_id)
    return delivery_id, True


def enter_for_trial(
    connection: Connection[Any], feed: Feed, business_date: date, original_name: str, archived: Archived
) -> int:
    """Enter a delivery that is only tried, in a transaction that is rolled back: the record never hears of it."""
    return _insert(connection, feed, business_date, original_name, archived)


def _insert(
    connection: Connection[Any], feed: Feed, business_date: date, original_name: str, archived: Archived
) -> int:
    (delivery_id,) = connection.execute(
        "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " values (%s, %s, %s, %s, %s, %s) returning delivery_id",
        (feed.agency, feed.feed, business_date, archived.sha256, storable(original_name), archived.size_bytes),
    ).fetchone() or (0,)
    return int(delivery_id)


def find_delivery(connection: Connection[Any], delivery_id: int) -> Delivery | None:
    """Tell whose delivery this is; None when there is none."""
    row = connection.execute(
        "select agency, feed, business_date from ledger.delivery where delivery_id = %s", (delivery_id,)
    ).fetchone()
    return Delivery(*row) if row else None


def is_delivered(connection: Connection[Any], feed: Feed, night: date) -> bool:
    """Return whether there is a delivery of the feed dated of the night."""
    delivered = connection.execute(
        "select from ledger.delivery where agency = %s and feed = %s and business_date = %s",
        (feed.agency, feed.feed, night),
    ).fetchone()
    return delivered is not None


def dates_of(connection: Connection[Any], deliveries: Iterable[int]) -> list[date]:
    """Return the business dates of the deliveries, oldest first, each once."""
    rows = connection.execute(
        "select distinct business_date from ledger.delivery where delivery_id = any(%s) order by 1",
        (list(deliveries),),
    )
    return [business_date for (business_date,) in rows]


def newest_with(connection: Connection[Any], key: str) -> int | None:
    """Return the newest delivery of this number or SHA-256; None when there is none."""
    condition, value = ("sha256 = %s", key) if len(key) == 64 else ("delivery_id::text = %s", key.lstrip("0"))
    (delivery_id,) = connection.execute(
        f"select max(delivery_id) from ledger.delivery where {condition}",  # noqa: S608 - one of two texts above
        (value,),
    ).fetchone() or (None,)
    return delivery_id


def storable(name: str) -> str:
    """Return the name as PostgreSQL can keep it: what is no text, and NUL, spelled out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def bytes_of(connection: Connection[Any], delivery_id: int) -> str:
    """Return the SHA-256 of a delivery's bytes; raises KeyError where there is none."""
    row = connection.execute("select sha256 from ledger.delivery where delivery_id = %s", (delivery_id,)).fetchone()
    if row is None:
        raise KeyError(delivery_id)
    return str(row[0])
