"""What every file drop has in common, wherever it lies: `<root>/<agency>/<feed>/<feed>_<YYYYMMDD>.<ext>`."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import BinaryIO

from cakupan.feeds import Feed
from cakupan.sources import Found, business_date

SETTLE_SECONDS = 5.0
"""How long a file must stay as it is before it counts as whole, where a connection does not say."""


@dataclass(frozen=True)
class State:
    """A file as its keeper describes it; whoever changes the file changes this, unless by chance or malice."""

    size: int
    version: str
    """When it was last changed as the keeper counts time, or whatever else it calls the file's version."""


class FileDrop(ABC):
    """A tree of deliveries; a name is data: it is compared with what the feed's files are called, never obeyed."""

    kind: str

    def __init__(self, place: str, wait: Callable[[float], None] = time.sleep) -> None:
        """`place` tells apart trees whose files may look the same; it has no secret in it."""
        self.place = place
        self._wait = wait

    def deliveries(self, feed: Feed, night: date) -> list[Found]:
        """The feed's files, oldest business date first; a file that is still growing is left for later.

        Raises NotConnected, and OSError where the tree is a local folder.
        """
        files = self._files(feed)
        if seconds := self._settling(feed, files):
            self._wait(seconds)
            again = self._files(feed)
            files = {name: state for name, state in files.items() if again.get(name) == state}
        dated = sorted((day, name) for name in files if (day := business_date(feed, name)))
        return [self._found(feed, day, name, files[name]) for day, name in dated]

    def look(self, feed: Feed, night: date) -> str:
        """How many files the feed has and which is the newest."""
        files = self._files(feed)
        dated = sorted((day, name) for name in files if (day := business_date(feed, name)))
        if not dated:
            return "no files yet"
        return f"{len(dated)} {'file' if len(dated) == 1 else 'files'}, the newest {dated[-1][1]}"

    def _found(self, feed: Feed, day: date, name: str, state: State) -> Found:
        fingerprint = f"{self.place} {state.size} {state.version}"
        return Found(day, name, partial(self._open, feed, name, state), fingerprint=fingerprint)

    @abstractmethod
    def _files(self, feed: Feed) -> dict[str, State]:
        """The regular files in the feed's folder that are called like a delivery of it."""

    @abstractmethod
    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        """The file's bytes; raises rather than give those of another state where the keeper can tell."""

    def _settling(self, feed: Feed, files: dict[str, State]) -> float:
        """Seconds to watch the files before they are believed to be whole."""
        return 0.0
