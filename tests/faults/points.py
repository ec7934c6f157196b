"""Where a step can be killed: before and after all by which something is kept, or another program answers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO
from unittest.mock import patch

import psycopg
from dbt.adapters.sql import SQLConnectionManager
from dbt.task.runnable import GraphRunnableTask
from psycopg.waiting import Ready

from cakupan.landing.archive import Archive
from cakupan.sources import ReadyDelivery
from cakupan.sources.file_drop import FileDrop
from cakupan.sources.rest import Http
from cakupan.sources.sql import _Tables

STEPS: tuple[tuple[type, str, str], ...] = (
    (psycopg.Connection, "commit", "COMMIT"),
    (psycopg.Transaction, "__exit__", "COMMIT"),
    (psycopg.Cursor, "execute", "statement"),
    (psycopg.Copy, "write", "COPY chunk"),
    (SQLConnectionManager, "add_query", "dbt statement"),
    (SQLConnectionManager, "commit", "dbt COMMIT"),
    (GraphRunnableTask, "call_runner", "dbt node"),
    (FileDrop, "deliveries", "listing"),
    (Http, "deliveries", "listing"),
    (_Tables, "deliveries", "listing"),
    (ReadyDelivery, "copy", "copy of a delivery"),
    (Archive, "store", "archiving"),
    (Path, "replace", "rename"),
    (Path, "rename", "rename"),
    (Path, "write_text", "file written"),
)


def kill() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Points:
    """Counts the points that are passed, and lets the fault happen at one of them."""

    at: int | None
    fault: Callable[[], object] = kill
    passed: list[str] = field(default_factory=list)
    _doing: list[str] = field(default_factory=list)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    """dbt builds nodes in several threads."""

    def passing(self, name: str) -> None:
        """Pass a point."""
        with self._counting:
            self.passed.append(name)
            met = len(self.passed) == self.at
        if met:
            self.fault()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count while inside."""
        with ExitStack() as patches:
            for owner, name, what in STEPS:
                patches.enter_context(patch.object(owner, name, self._around(getattr(owner, name), what)))
            connect, wait, store = psycopg.connect, psycopg.Connection.wait, Archive.store
            patches.enter_context(patch.object(psycopg, "connect", self._around(connect, "connection")))
            patches.enter_context(patch.object(psycopg.Connection, "wait", self._waiting(wait)))
            patches.enter_context(
                patch.object(Archive, "store", lambda archive, stream: store(archive, _Watched(stream, self)))
            )
            yield

    def _around(self, step: Callable[..., Any], what: str) -> Callable[..., Any]:
        @wraps(step)
        def passed(*args: Any, **options: Any) -> Any:
            self.passing(f"before {what}")
            self._doing.append(what)
            try:
                answer = step(*args, **options)
            finally:
                self._doing.pop()
            self.passing(f"after {what}")
            return answer

        return passed

    def _waiting(self, wait: Callable[..., Any]) -> Callable[..., Any]:
        """Pass a point where the server was sent all and has not answered: it goes on with it alone."""

        def sent(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            try:
                asked = next(steps)
                while True:
                    if asked == Ready.R and self._doing:
                        self.passing(f"sent {self._doing[-1]}")
                    asked = steps.send((yield asked))
            except StopIteration as ended:
                return ended.value

        @wraps(wait)
        def passed(connection: Any, steps: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
            return wait(connection, sent(steps), *args, **options)

        return passed


@dataclass
class _Watched:
    """A stream whose every read is a point."""

    stream: BinaryIO
    points: Points

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.points.passing("after read")
        return chunk
