"""What every file drop has in common, wherever it lies: `<root>/<agency>/<feed>/<feed>_<YYYYMMDD>.<ext>`."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from cakupan.feeds import Feed
from cakupan.sources import ReadyDelivery, business_date, returned_date, try_once
from cakupan.sources.ignored import Ignored, Kind, ignored_around_feeds, ignored_in_folder

SETTLE_SECONDS = 5.0
"""How long a file must stay as it is before it counts as whole, where a connection does not say."""


@dataclass(frozen=True)
class State:
    """A file as its keeper describes it; whoever changes the file changes this, unless by chance or malice."""

    size: int
    version: str
    """When it was last changed as the keeper counts time, or whatever else it calls the file's version."""
    place: tuple[int, int] | None = None
    """Where the keeper has it, whatever its name: device and number of a file of this machine."""


@dataclass(frozen=True)
class Entry:
    """What lies in a folder under a name."""

    kind: Kind
    state: State | None = None
    """Of a file only."""


class FileDrop(ABC):
    """A tree of deliveries; a name is data: it is compared with what the feed's files are called, never obeyed."""

    kind: str

    def __init__(
        self,
        place: str,
        wait: Callable[[float], None] = time.sleep,
        retry: Callable[[Callable[[], Any]], Any] = try_once,
    ) -> None:
        """Take a `place`, without a secret in it, that tells apart trees whose files may look the same."""
        self.place = place
        self._wait = wait
        self._retry = retry
        self._listed: dict[str, tuple[dict[str, Entry], set[str]]] = {}

    def deliveries(self, feed: Feed, night: date) -> list[ReadyDelivery]:
        """Return the feed's files, oldest business date first; a file that is still growing is left for later.

        Raises NotConnected, and OSError where the tree is a local folder.
        """
        entries = self._entries(feed)
        files = _named(feed, entries)
        growing = set[str]()
        if seconds := self._settling(feed, files):
            self._wait(seconds)
            again = _named(feed, self._entries(feed))
            growing = {name for name, state in files.items() if again.get(name) != state}
        self._listed[feed.name] = entries, growing
        dated = sorted((day, name) for name in files.keys() - growing if (day := _date(feed, name)))
        return [self._ready(feed, day, name, files[name]) for day, name in dated]

    def ignored(self, feed: Feed, night: date) -> list[Ignored]:
        """Return what the feed's folder held when it was last listed that is no delivery up to the night."""
        entries, growing = self._listed.get(feed.name, ({}, set()))
        return ignored_in_folder(feed, night, {name: entry.kind for name, entry in entries.items()}, growing)

    def around(self, agency: str, feeds: list[Feed]) -> list[Ignored]:
        """List what lies beside the feeds in the agency's folder, and what of its is above; raises as `deliveries`."""
        return ignored_around_feeds(agency, feeds, self._around(agency), self._around(""))

    def probe(self, feed: Feed, night: date) -> str:
        """Tell how many files the feed has, which is the newest, and how many things lie there that are no delivery."""
        entries = self._entries(feed)
        dated = sorted((day, name) for name in _named(feed, entries) if (day := business_date(feed, name)))
        others = ignored_in_folder(feed, night, {name: entry.kind for name, entry in entries.items()})
        odd = [other for other in others if not other.waits]
        beside = f"; {len(odd)} not taken: {odd[0].name} ({odd[0].reason.en})" if odd else ""
        if not dated:
            return f"no files yet{beside}"
        return f"{len(dated)} {'file' if len(dated) == 1 else 'files'}, the newest {dated[-1][1]}{beside}"

    def _ready(self, feed: Feed, day: date, name: str, state: State) -> ReadyDelivery:
        fingerprint = f"{self.place} {state.size} {state.version}"
        opener = partial(self._open, feed, name, state)
        return ReadyDelivery(day, name, opener, fingerprint=fingerprint, retry=self._retry)

    @abstractmethod
    def _entries(self, feed: Feed) -> dict[str, Entry]:
        """List everything in the feed's folder, by its name."""

    @abstractmethod
    def _around(self, agency: str) -> dict[str, Kind]:
        """List everything in the agency's folder, by its name; in that of all agencies for ''."""

    @abstractmethod
    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        """Open the file, tried try_once; raises rather than give another state's bytes where the keeper can tell."""

    def _settling(self, feed: Feed, files: dict[str, State]) -> float:
        """Return the seconds to watch the files before they are believed to be whole."""
        return 0.0


def _named(feed: Feed, entries: dict[str, Entry]) -> dict[str, State]:
    """Return the files among them that are called like a delivery of the feed, or like mended rows of one."""
    return {name: entry.state for name, entry in entries.items() if entry.state and _date(feed, name)}


def _date(feed: Feed, name: str) -> date | None:
    return business_date(feed, name) or returned_date(feed, name)
