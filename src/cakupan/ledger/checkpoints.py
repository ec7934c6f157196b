"""Checkpoints: what was signed of the record, as the database keeps it."""

from __future__ import annotations

from typing import Any

from psycopg import Connection


def keep_checkpoint(connection: Connection[Any], size: int, note: str) -> None:
    """Keep a signed note over the first `size` entries, once. The caller commits."""
    connection.execute(
        "insert into ledger.checkpoint (size, note) values (%s, %s) on conflict do nothing", (size, note)
    )


def kept_checkpoints(connection: Connection[Any]) -> list[tuple[int, str]]:
    """List every signed note with its size, smallest first."""
    return connection.execute("select size, note from ledger.checkpoint order by size, signed_at").fetchall()
