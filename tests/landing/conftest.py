from pathlib import Path

import pytest

from cakupan.feeds import Feed, find_feed

FEEDS = Path(__file__).parents[2] / "feeds"


@pytest.fixture
def feed():
    def named(name: str) -> Feed:
        return find_feed(FEEDS, name)

    return named
