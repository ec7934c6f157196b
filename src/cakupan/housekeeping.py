"""Housekeeping between the nights: landed rows that no night rests on any more make room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import Feed, load_feeds
from cakupan.landing import cache
from cakupan.ledger.landings import Outdated, outdated
from cakupan.ledger.runs import try_lock_build
from cakupan.quality.locking import lock_validation
from cakupan.steps import StepFailed, hide_values


@dataclass
class Done:
    """What housekeeping did: how much was dropped, and what stays though it is out of use, with the reason."""

    deliveries: int = 0
    rows: int = 0
    stays: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    """Of those that stay, the ones whose archived file is not as it was received."""


@hide_values
def drop_outdated(progress: Callable[[str, int, int], None] = lambda *_: None) -> Done:
    """Drop the landed rows of each delivery that no night of the retention rests on.

    `progress` is told each feed that is looked at, its number, and of how many.

    A transaction for each delivery: killed at any point, the next call goes on. Raises StepFailed where a night is
    being built, BadSetting where the retention is no number.
    """
    done, retention = Done(), settings.landing_retention()
    with connect(Role.LOADER, autocommit=True) as connection:
        feeds = load_feeds(settings.FEEDS)
        for place, feed in enumerate(feeds, start=1):
            progress(feed.name, place, len(feeds))
            before = done.deliveries
            for delivery in outdated(connection, feed, retention):
                _drop(connection, feed, delivery, retention, done)
            if done.deliveries > before:
                cache.make_room(connection, feed)
    return done


@hide_values
def keep_house() -> str:
    """Keep house as a task: returns what was done; raises StepFailed where an archived file was found altered."""
    done = drop_outdated()
    if done.altered:
        raise StepFailed("; ".join(done.altered))
    return f"{done.rows} landed rows of {done.deliveries} deliveries dropped; {len(done.stays)} deliveries stay"


def _drop(connection: psycopg.Connection, feed: Feed, delivery: Outdated, retention: int, done: Done) -> None:
    """Drop one delivery's rows, unless a night came to rest on them meanwhile."""
    try:
        with connection.transaction():
            # In the order in which a night takes its locks.
            if not try_lock_build(connection):
                raise StepFailed("a night is being built; housekeeping goes on when it is done: run it again then")
            lock_validation(connection, feed.name)
            if delivery not in outdated(connection, feed, retention):
                return
            cache.drop(connection, feed, delivery.delivery_id)
    except cache.CannotLandAgain as error:
        done.stays.append(str(error))
        if isinstance(error, cache.FileAltered):
            done.altered.append(str(error))
        return
    done.deliveries += 1
    done.rows += delivery.landed_rows
