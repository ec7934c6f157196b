"""Deliveries in a folder: `<root>/<agency>/<feed>/<feed>_<YYYYMMDD>.<ext>`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cakupan.feeds import Feed
from cakupan.sources import Found, business_date


class Folder:
    """A local folder, or a mounted share, laid out as the agencies' file drop."""

    def __init__(self, root: Path, settle_seconds: float = 0.0, wait: Callable[[float], None] = time.sleep) -> None:
        """A file changed less than `settle_seconds` ago may still be growing; 0 takes every file as it is."""
        self.root = root
        self.settle_seconds = settle_seconds
        self._wait = wait

    def deliveries(self, feed: Feed, night: date) -> list[Found]:
        """The feed's files, oldest business date first; a file that is still growing is left for later.

        Raises OSError when the folder is there and cannot be read; a folder that is not there holds nothing.
        """
        folder = self.root / feed.agency / feed.feed
        if not folder.is_dir():
            return []
        root = self.root.resolve()
        dated = [(business_date(feed, path.name), path) for path in folder.iterdir()]
        files = [(day, path) for day, path in dated if day and _is_file_within(path, root)]
        settled = self._settled([path for _, path in files])
        return [
            Found(day, path.name, partial(_open, path))
            for day, path in sorted(files, key=lambda file: file[0])
            if path in settled
        ]

    def _settled(self, paths: list[Path]) -> set[Path]:
        """The files that do not change while they are watched for the settle time."""
        if not self.settle_seconds:
            return set(paths)
        now = time.time()
        seen = {path: _signature(path) for path in paths}
        ages = {path: now - signature[1] / 1e9 for path, signature in seen.items()}
        # A clock that runs ahead makes a file look younger than new: it is watched like any young one.
        young = [path for path, age in ages.items() if age < self.settle_seconds]
        if young:
            self._wait(min(self.settle_seconds, self.settle_seconds - min(ages[path] for path in young)))
        return {path for path in paths if path not in young or _signature(path) == seen[path]}


def _is_file_within(path: Path, root: Path) -> bool:
    """Whether this is a regular file that no symbolic link takes out of the root."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return target.is_file() and target.is_relative_to(root)


def _signature(path: Path) -> tuple[int, int]:
    """Size in bytes and time of the last change in nanoseconds; of a file that went away, none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return -1, 0
    return status.st_size, status.st_mtime_ns


def _open(path: Path) -> BinaryIO:
    return path.open("rb")
