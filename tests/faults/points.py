"""Where a night can be killed: before and after each step by which something is kept, or another program answers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from dbt.adapters.sql import SQLConnectionManager

from cakupan.landing.archive import Archive
from cakupan.sources.folder import Folder

STEPS: tuple[tuple[type, str], ...] = (
    (psycopg.Connection, "commit"),
    (psycopg.Transaction, "__exit__"),
    (psycopg.Cursor, "execute"),
    (psycopg.Copy, "write"),
    (SQLConnectionManager, "add_query"),
    (SQLConnectionManager, "commit"),
    (Archive, "store"),
    (Folder, "_open"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "write_text"),
)


@dataclass
class Points:
    """Counts the points that are passed, and ends the process at one of them as `kill -9` does."""

    at: int | None
    passed: list[str] = field(default_factory=list)

    def passing(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            os.write(1, f"{name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count while inside."""
        with ExitStack() as patches:
            for owner, name in STEPS:
                patches.enter_context(patch.object(owner, name, self._around(owner, name)))
            yield

    def _around(self, owner: type, name: str) -> Callable[..., Any]:
        step, what = getattr(owner, name), f"{owner.__name__}.{name.strip('_')}"

        @wraps(step)
        def passed(*args: Any, **options: Any) -> Any:
            self.passing(f"before {what}")
            answer = step(*args, **options)
            self.passing(f"after {what}")
            return answer

        return passed
