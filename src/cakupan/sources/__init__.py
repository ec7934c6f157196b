"""Where deliveries come from: a source lists what an agency has for a feed and opens each delivery as bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Protocol

from cakupan.feeds import Feed


@dataclass(frozen=True)
class Found:
    """A delivery that an agency has ready; `name` is data, never part of a path."""

    business_date: date
    name: str
    opener: Callable[[], BinaryIO]

    def open(self) -> BinaryIO:
        """The delivery's bytes, as stored by the agency; the caller closes the stream. Raises OSError."""
        return self.opener()


class Source(Protocol):
    """What every connector offers."""

    def deliveries(self, feed: Feed) -> list[Found]:
        """What the agency has for the feed now, oldest business date first. Raises OSError when it cannot be asked."""


def business_date(feed: Feed, name: str) -> date | None:
    """The date in a file name of the form `<feed>_<YYYYMMDD>.<ext>`; None for any other name."""
    match = re.fullmatch(rf"{re.escape(feed.feed)}_([0-9]{{8}})\.{re.escape(feed.format.extension)}", name)
    if not match:
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%d").date()
    except ValueError:
        return None
