"""Since when each file of a tree is as it is: one watch for all feeds of a tree, so that a night waits once."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from functools import cache

from cakupan.sources.file_drop import State


class Watch:
    """What was seen of a tree's files in this process, by this process's clock: the keeper's may be wrong."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, tuple[State, float]] = {}

    @property
    def has_begun(self) -> bool:
        """Whether anything was seen yet."""
        return bool(self._since)

    def see(self, files: Mapping[str, State]) -> None:
        """Note the state of files, by their paths."""
        now = self._clock()
        for path, state in files.items():
            if self._since.get(path, (None, 0.0))[0] != state:
                self._since[path] = state, now

    def seconds_left(self, files: Mapping[str, State], settle_seconds: float) -> float:
        """Tell how long until all these files, in the state seen now, have been so for the settle time."""
        self.see(files)
        youngest = max((self._since[path][1] for path in files), default=self._clock() - settle_seconds)
        return max(0.0, youngest + settle_seconds - self._clock())


@cache
def watch_of(tree: Hashable) -> Watch:
    """Return the watch of a tree, the same for every connection to it in this process."""
    return Watch()
