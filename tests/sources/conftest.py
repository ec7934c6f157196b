"""What the tests of connectors share."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cakupan.feeds import Feed, find_feed
from cakupan.sources.retries import RetryPolicy

FEEDS = Path(__file__).parents[2] / "feeds"


@pytest.fixture
def night() -> date:
    return date(2025, 9, 9)


@pytest.fixture
def feed_called():
    def find(name: str) -> Feed:
        return find_feed(FEEDS, name)

    return find


@pytest.fixture
def waits() -> list[float]:
    """The waits of `retries`, which takes none of them."""
    return []


@pytest.fixture
def retries(waits) -> RetryPolicy:
    return RetryPolicy(tries=4, first_wait=1.0, longest_wait=30.0, sleep=waits.append)
