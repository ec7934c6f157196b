"""Deliveries in a local folder or a mounted share."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from cakupan.feeds import Feed
from cakupan.sources import Away, BrokenContract, Changed, business_date
from cakupan.sources.file_drop import Entry, FileDrop, State
from cakupan.sources.ignored import Kind


class Folder(FileDrop):
    """A folder laid out as the agencies' file drop."""

    kind = "folder"

    def __init__(self, root: Path, settle_seconds: float = 0.0, wait: Callable[[float], None] = time.sleep) -> None:
        """Take a root; a file changed less than `settle_seconds` ago may still grow, 0 takes every file as it is."""
        super().__init__(str(root), wait)
        self.root = root
        self.settle_seconds = settle_seconds

    def _entries(self, feed: Feed) -> dict[str, Entry]:
        """List the folder. Raises Away when the root is not there: a share that is not mounted must not look empty."""
        if not self.root.is_dir():
            raise Away(f"no folder {str(self.root)!r}, as when a share is not mounted")
        folder = self.root / feed.agency / feed.feed
        if not folder.is_dir():
            return {}
        root = self.root.resolve()
        if not folder.resolve().is_relative_to(root):
            return {}  # its agency's folder tells of the link
        return {path.name: entry for path in folder.iterdir() if (entry := _entry(feed, path, root))}

    def _around(self, agency: str) -> dict[str, Kind]:
        folder = self.root / agency
        if not folder.is_dir():
            return {}
        root = self.root.resolve()
        found = dict[str, Kind]()
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # it went away
                kind = Kind.of_mode(path.lstat().st_mode)
                found[path.name] = Kind.FOLDER if path.is_dir() and path.resolve().is_relative_to(root) else kind
        return found

    def _open(self, feed: Feed, name: str, state: State) -> BinaryIO:
        root = self.root.resolve()
        target = (self.root / feed.agency / feed.feed / name).resolve()
        try:
            return cast(BinaryIO, io.BufferedReader(_Stream(_open_within(root, target), state), 1 << 20))
        except FileNotFoundError:
            raise Changed(f"{feed.name}: a file went away before it was read") from None
        except _Led as led:
            raise Changed(f"{feed.name}: {led}") from None
        except PermissionError:
            raise BrokenContract(f"{feed.name}: this account may not read the file") from None

    def _settling(self, feed: Feed, files: dict[str, State]) -> float:
        if not self.settle_seconds or not files:
            return 0.0
        # A clock that runs ahead makes a file look younger than new: it is watched like any young one.
        youngest = max(int(state.version) for state in files.values())
        age = max(0.0, time.time() - youngest / 1e9)
        return max(0.0, self.settle_seconds - age)


class _Led(Exception):
    """A link leads elsewhere than to what was listed."""


class _Stream(io.FileIO):
    """A file's bytes; raises rather than end where the file is no longer as it was listed."""

    def __init__(self, descriptor: int, expected: State) -> None:
        super().__init__(descriptor, "rb")
        self._expected = expected
        try:
            self._unchanged()
        except BaseException:
            self.close()
            raise

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        if not count:
            self._unchanged()
        return count

    def readall(self) -> bytes:
        data = super().readall() or b""
        self._unchanged()
        return data

    def _unchanged(self) -> None:
        if _state_of(os.fstat(self.fileno())) != self._expected:
            raise Changed("a file was changed while it was read")


def _open_within(root: Path, target: Path) -> int:
    """Open a path below the root, each step of it without following a link or waiting for a pipe.

    A name that became a link since the path was resolved is refused: what is opened lies below the root.
    """
    if not target.is_relative_to(root):
        raise _Led("a file became a link out of the folder before it was read")
    *folders, name = target.relative_to(root).parts
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = there
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise _Led("a file or a folder became a link before it was read") from None
        raise
    finally:
        os.close(here)


def _entry(feed: Feed, path: Path, root: Path) -> Entry | None:
    """Return what lies there; of what went away, nothing. A link to a file within the root is that file."""
    try:
        status = path.lstat()
        kind = Kind.of_mode(status.st_mode)
        if kind is Kind.LINK and business_date(feed, path.name) and _is_file_within(path, root):
            kind, status = Kind.FILE, path.stat()
        return Entry(kind, _state_of(status) if kind is Kind.FILE else None)
    except FileNotFoundError:
        return None


def _is_file_within(path: Path, root: Path) -> bool:
    """Tell whether this is a regular file that no symbolic link takes out of the root."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return target.is_file() and target.is_relative_to(root)


def _state_of(status: os.stat_result) -> State | None:
    """Return size in bytes, time of the last change in nanoseconds, and the file's number; None of no regular file."""
    if not stat.S_ISREG(status.st_mode):
        return None
    return State(status.st_size, str(status.st_mtime_ns), (status.st_dev, status.st_ino))
