"""Deliveries in a local folder or a mounted share."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cakupan.feeds import Feed
from cakupan.sources import Unreachable, business_date
from cakupan.sources.file_drop import FileDrop, State


class Folder(FileDrop):
    """A folder laid out as the agencies' file drop."""

    kind = "folder"

    def __init__(self, root: Path, settle_seconds: float = 0.0, wait: Callable[[float], None] = time.sleep) -> None:
        """A file changed less than `settle_seconds` ago may still be growing; 0 takes every file as it is."""
        super().__init__(str(root), wait)
        self.root = root
        self.settle_seconds = settle_seconds

    def _files(self, feed: Feed) -> dict[str, State]:
        """Raises Unreachable when the root is not there: a share that is not mounted must not look empty."""
        if not self.root.is_dir():
            raise Unreachable(f"no folder {str(self.root)!r}, as when a share is not mounted")
        folder = self.root / feed.agency / feed.feed
        if not folder.is_dir():
            return {}
        root = self.root.resolve()
        named = (path for path in folder.iterdir() if business_date(feed, path.name))
        states = {path.name: _state(path) for path in named if _is_file_within(path, root)}
        return {name: state for name, state in states.items() if state}

    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        return (self.root / feed.agency / feed.feed / name).open("rb")

    def _settling(self, feed: Feed, files: dict[str, State]) -> float:
        if not self.settle_seconds or not files:
            return 0.0
        # A clock that runs ahead makes a file look younger than new: it is watched like any young one.
        youngest = max(int(state.version) for state in files.values())
        age = max(0.0, time.time() - youngest / 1e9)
        return max(0.0, self.settle_seconds - age)


def _is_file_within(path: Path, root: Path) -> bool:
    """Whether this is a regular file that no symbolic link takes out of the root."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return target.is_file() and target.is_relative_to(root)


def _state(path: Path) -> State | None:
    """Size in bytes and time of the last change in nanoseconds; of a file that went away, none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return State(status.st_size, str(status.st_mtime_ns))
