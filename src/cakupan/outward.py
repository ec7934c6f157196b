"""Calls to systems outside the warehouse that no night depends on: short, and not repeated to one that does not answer.

The tasks of a night are processes of their own; what one of them learnt is in a small file that all of them read.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any


class NoAnswer(TimeoutError):
    """The other side did not answer in time."""


def within(seconds: float, call: Callable[[], Any]) -> None:
    """Make the call and wait for its end, but no longer than that: raises NoAnswer then, else what the call raises.

    A call that is given up may still come to its end on its own.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=run, daemon=True, name="outward call")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise NoAnswer(f"no answer within {seconds:g} s")
    if raised:
        raise raised[0]


class Allowance:
    """How many seconds may be spent on something in a while, by all processes together.

    When they are spent, or the other side did not answer, nothing more is tried until the while is over.
    """

    def __init__(self, path: Path, seconds: float, while_: float) -> None:
        self.path, self.seconds, self.while_ = path, seconds, while_

    @property
    def left(self) -> float:
        """Seconds that may still be spent now."""
        known = self._read()
        if time.time() - known["since"] >= self.while_ or known["since"] > time.time():
            return self.seconds
        return max(0.0, self.seconds - float(known["spent"]))

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Count what the block takes; all is spent when it raises NoAnswer or another OSError."""
        began = time.monotonic()
        try:
            yield
        except OSError:
            self.exhaust()
            raise
        except BaseException:
            self._spend(time.monotonic() - began)
            raise
        self._spend(time.monotonic() - began)

    def exhaust(self) -> None:
        """Try nothing more until the while is over."""
        self._spend(self.seconds)

    def _spend(self, seconds: float) -> None:
        now, known = time.time(), self._read()
        if not now - self.while_ < known["since"] <= now:
            known = {"since": now, "spent": 0.0}
        known["spent"] += seconds
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = self.path.with_name(f"{self.path.name}.{id(self)}.new")
        written.write_text(json.dumps(known))
        written.replace(self.path)

    def _read(self) -> dict[str, float]:
        try:
            known = json.loads(self.path.read_text())
            return {"since": float(known["since"]), "spent": float(known["spent"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {"since": 0.0, "spent": 0.0}


@contextmanager
def alone(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a file's lock among processes; yields whether it is held, which it may not be where one does not wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
