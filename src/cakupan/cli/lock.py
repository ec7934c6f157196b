"""One night at a time in an installation."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from cakupan import settings


class NotPublished(RuntimeError):
    """The night was not run or not published; the message says why and what to do."""


@contextmanager
def only_one_night() -> Iterator[None]:
    """Hold the installation's lock; raises NotPublished when another night is being run. A kill lets it go."""
    settings.home().mkdir(parents=True, exist_ok=True)
    with (settings.home() / "nightly.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotPublished("Another night is being run in this installation; wait until it is done.") from None
        yield
