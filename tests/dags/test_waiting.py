"""Who waits for whom, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import psycopg

from cakupan import night, orchestration, settings
from cakupan.feeds import load_feeds

TODAY = datetime.now(UTC).date()
LONG_AGO = date(2025, 9, 9)


def run(partition: date | None, started: timedelta = timedelta(0), conf: dict | None = None) -> SimpleNamespace:
    """A DAG run that started some time ago."""
    key = partition.isoformat() if partition else None
    return SimpleNamespace(partition_key=key, conf=conf or {}, start_date=datetime.now(UTC) - started)


def done(database: psycopg.Connection, as_of: date, *without: str) -> None:
    for feed in load_feeds(settings.FEEDS):
        if feed.name not in without:
            database.execute("insert into ledger.asked values (%s, %s, %s)", (feed.agency, feed.feed, as_of))
    database.commit()


def test_a_night_is_the_partition_or_what_a_run_by_hand_says() -> None:
    assert orchestration.night_of(run(LONG_AGO)) == LONG_AGO
    assert orchestration.night_of(run(None, conf={"night": "2025-09-09"})) == LONG_AGO


def test_the_warehouse_waits_for_every_feed(database: psycopg.Connection) -> None:
    done(database, LONG_AGO, "sipd.sp2d")
    assert night.feeds_not_done(LONG_AGO) == ["sipd.sp2d"]
    assert not orchestration.agencies_are_in(run(LONG_AGO))
    database.execute("insert into ledger.asked values ('sipd', 'sp2d', %s)", (LONG_AGO,))
    database.commit()
    assert orchestration.agencies_are_in(run(LONG_AGO))


def test_the_warehouse_loses_patience_with_a_past_night(database: psycopg.Connection) -> None:
    assert not orchestration.agencies_are_in(run(LONG_AGO, timedelta(minutes=29)))
    assert orchestration.agencies_are_in(run(LONG_AGO, timedelta(minutes=31)))


def test_the_warehouse_waits_for_a_night_to_come_until_its_cut_off(database: psycopg.Connection) -> None:
    night_to_come = TODAY + timedelta(days=2)
    assert not orchestration.agencies_are_in(run(night_to_come, timedelta(hours=5)))


def test_a_person_never_waits(database: psycopg.Connection) -> None:
    assert orchestration.agencies_are_in(run(None, conf={"night": TODAY.isoformat()}))


def test_the_cut_off_is_in_the_citys_time() -> None:
    assert night.cut_off(LONG_AGO).astimezone(UTC) == datetime(2025, 9, 8, 20, 30, tzinfo=UTC)
