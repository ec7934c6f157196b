"""A file that breaks off each time it is read is its own feed's trouble: the agency's other feeds and files arrive."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from cakupan import night, settings
from cakupan.feeds import find_feed
from cakupan.orchestration import tasks, trouble
from cakupan.sources import Away, BrokenContract, Source, Unreachable
from cakupan.sources.retries import RetryPolicy
from cakupan.sources.sftp import Sftp
from tests.sources.drop import Drop

NIGHT = date(2025, 9, 9)
BY_HAND = SimpleNamespace(partition_key=None, conf={"night": NIGHT.isoformat()}, start_date=datetime.now(UTC))

# The client's own thread, which reads ahead, complains when the connection goes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def drop(database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drop]:
    """An agency's server with files of all its feeds, and this installation's connection to it."""
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setattr(trouble, "_away", {})
    night.prepare()
    (tmp_path / "root/drop").mkdir(parents=True)
    with Drop(tmp_path / "root", tmp_path) as server:
        retries = RetryPolicy(tries=3, sleep=lambda _: None)

        def source_of(agency: str) -> Source:
            return Sftp(server.account, settle_seconds=0, retries=retries)

        monkeypatch.setattr(tasks, "source_of", source_of)
        for feed in (feed for feed in night.feeds_of("bpjstk") if feed.transport == "file"):
            send(server, feed.feed, "20250909")
        yield server


def send(server: Drop, feed: str, day: str) -> str:
    declared = find_feed(settings.FEEDS, f"bpjstk.{feed}")
    content = ";".join(column.header for column in declared.columns).encode()
    path = server.root / "drop/bpjstk" / feed / f"{feed}_{day}.{declared.format.extension}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path.name


def archived(database: psycopg.Connection) -> set[tuple[str, str]]:
    rows = database.execute("select feed, to_char(business_date, 'YYYYMMDD') from ledger.delivery")
    return set(rows.fetchall())


def all_of_the_night() -> set[tuple[str, str]]:
    return {(feed.feed, "20250909") for feed in night.feeds_of("bpjstk")}


def test_a_file_that_breaks_each_time_costs_its_own_feed_alone(database: psycopg.Connection, drop: Drop) -> None:
    drop.breaks = {"iuran_20250909.csv.gz": 10**6}
    for feed in night.feeds_of("bpjstk"):
        for _ in range(3):  # as Airflow tries it
            try:
                tasks.archive(feed.name, BY_HAND)
                break
            except Unreachable as error:
                assert feed.feed == "iuran"
                assert "iuran_20250909.csv.gz: agency_bpjstk: connection lost" in str(error)
                assert not isinstance(error, Away)
    assert archived(database) == all_of_the_night() - {("iuran", "20250909")}


def test_what_else_came_of_the_feed_counts_in_the_same_night(database: psycopg.Connection, drop: Drop) -> None:
    for day in ("20250906", "20250907", "20250908"):
        send(drop, "iuran", day)
    drop.breaks = {"iuran_20250909.csv.gz": 10**6, "iuran_20250907.csv.gz": 10**6}
    with pytest.raises(Unreachable, match=r"iuran_20250909\.csv\.gz and 1 more"):
        tasks.archive("bpjstk.iuran", BY_HAND)
    assert archived(database) == {("iuran", "20250906"), ("iuran", "20250908")}
    landed = database.execute(
        "select business_date, delivery_status from ledger.validation join ledger.delivery using (delivery_id)"
    ).fetchall()
    assert {day for day, _ in landed} == {date(2025, 9, 6), date(2025, 9, 8)}


def test_an_older_file_that_breaks_does_not_hold_up_the_nights_own(database: psycopg.Connection, drop: Drop) -> None:
    for day in ("20250901", "20250902", "20250903", "20250904", "20250905"):
        send(drop, "iuran", day)
    drop.breaks = {f"iuran_2025090{day}.csv.gz": 10**6 for day in (1, 2, 3, 4)}
    assert tasks.archive("bpjstk.iuran", BY_HAND) is True
    assert ("iuran", "20250909") in archived(database)
    ((task, message),) = database.execute("select task, message from ledger.failure").fetchall()
    assert task == "ingest_bpjstk.iuran.take_in"
    assert "connection lost" in message
    assert "cakupan sources check bpjstk" in message

    drop.breaks = {}
    assert tasks.archive("bpjstk.iuran", BY_HAND) is True
    assert {day for feed, day in archived(database) if feed == "iuran"} == {
        *(f"2025090{day}" for day in (1, 2, 3, 4, 5, 9))
    }


def test_a_file_that_may_not_be_read_and_one_that_is_silent_cost_their_own_feeds(
    database: psycopg.Connection, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cakupan.sources.sftp.TIMEOUT_SECONDS", 0.3)
    drop.denied, drop.silent_over = {"jakon_20250909.csv.gz", "jakon_20250909.csv", "jakon"}, {"iuran_20250909.csv.gz"}
    for feed in night.feeds_of("bpjstk"):
        try:
            tasks.archive(feed.name, BY_HAND)
        except BrokenContract as error:
            assert feed.feed == "jakon"
            assert "may not read" in str(error)
        except Unreachable:
            assert feed.feed == "iuran"
    assert archived(database) == all_of_the_night() - {("iuran", "20250909"), ("jakon", "20250909")}


def test_a_file_that_is_replaced_while_it_is_read_is_listed_anew_and_read(
    database: psycopg.Connection, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, replaced = Sftp._open, []

    def replaced_once(source: Sftp, feed: object, name: str, state: object) -> object:
        stream = real(source, feed, name, state)
        if not replaced:
            replaced.append(name)
            (drop.root / "drop/bpjstk/iuran" / name).write_bytes(gzip.compress(b"sent again while it was read"))
        return stream

    monkeypatch.setattr(Sftp, "_open", replaced_once)
    assert tasks.archive("bpjstk.iuran", BY_HAND) is True
    assert replaced
    assert archived(database) == {("iuran", "20250909")}


def test_an_agency_that_nobody_can_connect_to_is_away_for_all_its_feeds(drop: Drop) -> None:
    drop.server.close()
    for feed in night.feeds_of("bpjstk"):
        with pytest.raises(Away, match="cannot connect"):
            tasks.archive(feed.name, BY_HAND)
    assert drop.connections == 0


def test_one_task_takes_a_feed_in_and_waits_for_what_may_still_come(database: psycopg.Connection, drop: Drop) -> None:
    """What came for earlier nights is archived while the night's own delivery is awaited, and landed with it."""
    to_come = SimpleNamespace(partition_key=(datetime.now(UTC).date() + timedelta(days=2)).isoformat(), conf={})
    assert tasks.take_in("bpjstk.iuran", to_come) is False
    assert archived(database) == {("iuran", "20250909")}
    assert database.execute("select count(*) from ledger.asked").fetchone() == (0,)
    assert tasks.take_in("bpjstk.iuran", BY_HAND) is True
    assert database.execute("select agency, feed, as_of_date from ledger.asked").fetchall() == [
        ("bpjstk", "iuran", NIGHT)
    ]
    assert database.execute("select count(*) from ledger.validation").fetchone() == (1,)
