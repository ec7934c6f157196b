"""Fixtures of the tests about who is told what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cakupan.feeds import Feed
from cakupan.notices import Kept, Message, NotSent
from tests.quality.deliveries import FEEDS, Warehouse


class Ledger(Warehouse):
    """A warehouse that knows every feed, and which of them a night asked for."""

    def know_feeds(self) -> None:
        for feed in FEEDS:
            self.connection.execute(
                "insert into ledger.feed values (%s, %s, %s, %s, %s)",
                (feed.agency, feed.feed, feed.title, feed.owner, feed.cadence),
            )
        self.connection.commit()

    def ask(self, night: date, *without: str) -> None:
        """Every feed is done for the night, but for these."""
        for feed in FEEDS:
            if feed.name not in without:
                self.connection.execute("insert into ledger.asked values (%s, %s, %s)", (feed.agency, feed.feed, night))
        self.connection.commit()

    def deliver(self, feed: Feed, rows: Sequence[dict[str, Any]], night: date, **landing: Any) -> int:
        """Land a delivery and validate it."""
        delivery_id = self.land(feed, rows, night, **landing)
        self.validate(feed)
        return delivery_id

    def fail(self, task: str, night: date, message: str = "the connection was lost") -> None:
        self.connection.execute(
            "insert into ledger.failure (as_of_date, task, message) values (%s, %s, %s)", (night, task, message)
        )
        self.connection.commit()

    def publish(self, night: date) -> None:
        self.connection.execute(
            "with run as (insert into ledger.run (as_of_date, state) values (%s, 'PUBLISHED') returning *)"
            " insert into ledger.publication (as_of_date, run_id) select as_of_date, run_id from run",
            (night,),
        )
        self.connection.commit()


@dataclass
class Post:
    """A way to send that notes what it was given, and can be told to fail."""

    fails: str | None = None
    sent: list[Message] = field(default_factory=list)

    def __call__(self, message: Message, attached: Sequence[Path]) -> None:
        assert [path.read_bytes() for path in attached] == [one.content for one in message.attachments]
        if self.fails:
            raise NotSent(self.fails)
        if not message.to:
            raise Kept
        self.sent.append(message)


@pytest.fixture
def ledger(database: psycopg.Connection[Any]) -> Ledger:
    known = Ledger(database)
    known.know_feeds()
    return known


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where messages are kept; the database stays where it is."""
    monkeypatch.setattr("cakupan.notices.telling.outbox", lambda: tmp_path / "outbox")
    return tmp_path / "outbox"
