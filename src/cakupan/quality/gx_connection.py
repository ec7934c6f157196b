"""Lends the connection of a validation to SQLAlchemy, so that Great Expectations looks at the very rows the pass saw.

On a connection of its own it would see neither temporary tables nor rows landed in a transaction that is not over, and
would wait for ever on a table that this transaction has widened. It reads and never ends the transaction.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import psycopg


class LentConnection:
    """The connection lent at the moment, as SQLAlchemy's pool keeps it: what would end its transaction does nothing."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._lent: psycopg.Connection[Any] | None = None

    @contextlib.contextmanager
    def lend(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """Let queries go to the connection until the block ends; another thread waits for its turn."""
        with self._one_at_a_time:
            # A prepared query would expect the columns that a table of the same name had for another feed.
            threshold, connection.prepare_threshold = connection.prepare_threshold, None
            self._lent = connection
            try:
                yield
            finally:
                self._lent, connection.prepare_threshold = None, threshold

    def commit(self) -> None:
        """Leave the transaction to its owner."""

    def rollback(self) -> None:
        """Leave the transaction to its owner."""

    def close(self) -> None:
        """Leave the connection to its owner."""

    def __getattr__(self, name: str) -> Any:
        if self._lent is None:
            raise RuntimeError("no connection is lent to Great Expectations")
        return getattr(self._lent, name)
