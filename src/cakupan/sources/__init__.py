"""Where deliveries come from: a source lists what an agency has for a feed and opens each delivery as bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, BinaryIO, Protocol, TypeVar

from cakupan.feeds import Feed


class NotConnected(RuntimeError):
    """Nothing can be had from an agency; one line says what is wrong, and never a secret or a value of a row."""


class Unreachable(NotConnected):
    """The network or the system is in trouble: worth another try, after `wait_seconds` where it said so."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Away(Unreachable):
    """The agency's system does not answer: nobody can connect or find the tree there now, whatever feed is asked for.

    A system that answers and breaks off over one file or one table is in trouble over that feed alone.
    """


class PartialDelivery(NotConnected):
    """What came is not whole by its own account: worth another try from the beginning."""


class Changed(PartialDelivery):
    """What is there now is not what was listed: worth another listing, not another try."""


class PagesDisagree(PartialDelivery):
    """The parts of an answer do not fit together: worth another try from the first one, not of the last."""


class LoginRefused(NotConnected):
    """The system does not take the account: only a person can help."""


class BrokenContract(NotConnected):
    """The connection or the answer is not what was agreed: only a person can help."""


R = TypeVar("R")


def try_once(action: Callable[[], R]) -> R:
    """Run the action without a second try."""
    return action()


@dataclass(frozen=True)
class ReadyDelivery:
    """A delivery that an agency has ready; `name` is data, never part of a path."""

    business_date: date
    name: str
    opener: Callable[[], BinaryIO]
    live: bool = False
    """The system keeps no past: what is read is its state now, whatever night asks."""
    fingerprint: str | None = None
    """What the system says of the bytes without sending them: a hint that they are the same, never proof."""
    retry: Callable[[Callable[[], Any]], Any] = try_once
    """How often, and after how long, an action on the bytes is tried again that broke off."""

    def open(self) -> BinaryIO:
        """Return the delivery's bytes, as stored by the agency; the caller closes the stream.

        Raises NotConnected and OSError, also while the stream is read: then what was read is worth nothing.
        """
        stream: BinaryIO = self.retry(self.opener)
        return stream

    def copy(self, keep: Callable[[BinaryIO], R]) -> R:
        """Return what `keep` makes of the bytes, begun anew where the stream breaks off; raises as `open` does.

        `keep` must leave nothing of a stream that breaks off.
        """

        def whole() -> R:
            with self.opener() as stream:
                return keep(stream)

        kept: R = self.retry(whole)
        return kept


class Source(Protocol):
    """What every connector offers."""

    kind: str
    """What a person calls such a system."""

    def deliveries(self, feed: Feed, night: date) -> list[ReadyDelivery]:
        """List what the agency has for the feed now, oldest date first; of systems that keep no files, the night's.

        Raises NotConnected and OSError when it cannot be asked.
        """

    def probe(self, feed: Feed, night: date) -> str:
        """Tell in a few words what the agency has for the feed, without reading it all; raises as `deliveries` does."""


def file_name(feed: Feed, day: date) -> str:
    """Return the name of the delivery of a day: `<feed>_<YYYYMMDD>.<ext>`."""
    return f"{feed.feed}_{day:%Y%m%d}.{feed.format.extension}"


def business_date(feed: Feed, name: str) -> date | None:
    """Return the date in a file name of the form `<feed>_<YYYYMMDD>.<ext>`; None for any other name."""
    return _dated(rf"{re.escape(feed.feed)}_([0-9]{{8}})\.{re.escape(feed.format.extension)}", name)


def fix_workbook_name(feed: Feed, day: date) -> str:
    """Return the name of the workbook in which an office mends rows of the delivery of a day."""
    return f"perbaikan-{feed.agency}-{feed.feed}-{day:%Y%m%d}.xlsx"


def returned_date(feed: Feed, name: str) -> date | None:
    """Return the date in the name of what may be such a workbook: its own, or the feed's with the ending of one."""
    return _dated(
        rf"(?:{re.escape(feed.feed)}_|perbaikan-{feed.agency}-{re.escape(feed.feed)}-)([0-9]{{8}})\.xlsx", name
    )


@lru_cache(maxsize=4096)  # names of one folder, each of which is asked about several times
def _dated(pattern: str, name: str) -> date | None:
    match = re.fullmatch(pattern, name)
    if not match:
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%d").date()
    except ValueError:
        return None
