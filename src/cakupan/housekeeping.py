"""Housekeeping between the nights: what no night rests on any more goes, once it was reported.

Landed rows make room, as the archive gives them again by need. Where a feed's retention says so, whole deliveries are
destroyed: file, landed rows and rows set aside.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.database import Role, connect
from cakupan.feeds import Feed, find_feed, load_feeds
from cakupan.landing import cache
from cakupan.ledger.landings import Outdated, expired, outdated
from cakupan.ledger.runs import try_lock_build
from cakupan.quality.locking import lock_validation
from cakupan.steps import StepFailed, hide_values

ROWS, DELIVERIES = "landed_rows", "deliveries"
WHY = {
    ROWS: Text(
        "tidak ada malam dari {} terakhir yang bertumpu padanya; arsip memberikannya lagi bila diminta",
        "no night of the last {} rests on them; the archive gives them again where they are asked for",
    ),
    DELIVERIES: Text(
        "tidak ada malam dari {} tahun terakhir yang bertumpu padanya; berkas, baris landing dan baris yang disisihkan"
        " dimusnahkan",
        "no night of the last {} years rests on them; file, landed rows and rows set aside are destroyed",
    ),
}


@dataclass(frozen=True)
class Due:
    """What is to go of a feed: landed rows, or whole deliveries."""

    feed: str
    what: str
    retention: int
    """In nights of landed rows, in years of deliveries."""
    deliveries: Sequence[int]
    rows: int
    first: date
    last: date

    @property
    def why(self) -> Text:
        """Why it is to go, with the retention."""
        return WHY[self.what].format(self.retention)


@dataclass
class Done:
    """What housekeeping did: how much went, and what stays though it should go, with the reason."""

    deliveries: int = 0
    rows: int = 0
    destroyed: int = 0
    stays: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    """Of those that stay, the ones whose archived file is not as it was received."""


def due() -> list[Due]:
    """Return what is to go of each feed, changing nothing. Raises BadSetting where the retention is no number."""
    found = []
    with connect(Role.LOADER, autocommit=True) as connection:
        for feed in load_feeds(settings.FEEDS):
            ended = _ended(connection, feed)
            destroyed = {delivery.delivery_id for delivery in ended}
            rows = [each for each in _outdated(connection, feed) if each.delivery_id not in destroyed]
            found += [
                _due(feed, what, deliveries) for what, deliveries in ((ROWS, rows), (DELIVERIES, ended)) if deliveries
            ]
    return found


@hide_values
def drop_outdated(
    progress: Callable[[str, int, int], None] = lambda *_: None, reported: Iterable[Due] | None = None
) -> Done:
    """Drop what was reported, or what is to go now, unless a night came to rest on it meanwhile.

    `progress` is told each feed of which something goes, its number, and of how many.

    A transaction for each delivery: killed at any point, the next call goes on. Raises StepFailed where a night is
    being built, BadSetting where the retention is no number.
    """
    parts, done = list(due() if reported is None else reported), Done()
    with connect(Role.LOADER, autocommit=True) as connection:
        for place, part in enumerate(parts, start=1):
            progress(part.feed, place, len(parts))
            feed = find_feed(settings.FEEDS, part.feed)
            before = done.deliveries + done.destroyed
            for delivery_id in part.deliveries:
                _drop(connection, feed, part.what, delivery_id, done)
            if done.deliveries + done.destroyed > before:
                cache.make_room(connection, feed)
        cache.remove_files(connection)  # also those that a killed call left
    return done


def report() -> list[dict[str, Any]]:
    """Return what is to go as a task hands it to the one that deletes, and tell it to the task's log."""
    parts = [
        {**vars(part), "first": part.first.isoformat(), "last": part.last.isoformat(), "why": part.why.en}
        for part in due()
    ]
    for part in parts:
        logging.getLogger(__name__).info("%(feed)s: %(what)s of %(first)s to %(last)s, %(rows)s rows: %(why)s", part)
    return parts


@hide_values
def keep_house(reported: Iterable[dict[str, Any]]) -> str:
    """Drop what was reported, as a task: returns what was done; raises StepFailed for an altered archived file."""
    done = drop_outdated(reported=[_reported(**part) for part in reported])
    if done.altered:
        raise StepFailed("; ".join(done.altered))
    return (
        f"{done.rows} landed rows of {done.deliveries} deliveries dropped; {done.destroyed} deliveries destroyed;"
        f" {len(done.stays)} deliveries stay"
    )


def _reported(*, first: str, last: str, why: str, **said: Any) -> Due:
    return Due(first=date.fromisoformat(first), last=date.fromisoformat(last), **said)


def _due(feed: Feed, what: str, deliveries: Sequence[Outdated]) -> Due:
    retention = feed.retention.archive_years if what == DELIVERIES else _nights(feed)
    numbers, dates = [each.delivery_id for each in deliveries], [each.business_date for each in deliveries]
    rows = sum(each.landed_rows for each in deliveries)
    return Due(feed.name, what, retention or 0, numbers, rows, min(dates), max(dates))


def _outdated(connection: psycopg.Connection, feed: Feed) -> list[Outdated]:
    return outdated(connection, feed, _nights(feed))


def _ended(connection: psycopg.Connection, feed: Feed) -> list[Outdated]:
    years = feed.retention.archive_years
    return expired(connection, feed, years) if years else []


def _nights(feed: Feed) -> int:
    own = feed.retention.landed_nights
    return settings.landing_retention() if own is None else own


def _drop(connection: psycopg.Connection, feed: Feed, what: str, delivery_id: int, done: Done) -> None:
    """Drop one delivery's rows, or destroy it, unless a night came to rest on it meanwhile."""
    try:
        with connection.transaction():
            # In the order in which a night takes its locks.
            if not try_lock_build(connection):
                raise StepFailed("a night is being built; housekeeping goes on when it is done: run it again then")
            lock_validation(connection, feed.name)
            still = _outdated(connection, feed) if what == ROWS else _ended(connection, feed)
            delivery = next((each for each in still if each.delivery_id == delivery_id), None)
            if delivery is None:
                return
            if what == ROWS:
                cache.drop(connection, feed, delivery_id)
            else:
                cache.destroy(connection, feed, delivery_id, feed.retention.archive_years or 0)
    except cache.CannotLandAgain as error:
        done.stays.append(str(error))
        if isinstance(error, cache.FileAltered):
            done.altered.append(str(error))
        return
    if what == ROWS:
        done.deliveries += 1
        done.rows += delivery.landed_rows
    else:
        done.destroyed += 1
