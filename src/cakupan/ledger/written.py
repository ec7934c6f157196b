"""Files that people were sent or shown: letters, scorecards, reports, pages, each with its digest as written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection

from cakupan import settings


class Written(NamedTuple):
    """A file as it was written last, by its path below the state folder."""

    path: str
    sha256: str


def note_written(connection: Connection[Any], paths: Iterable[Path], whole: Path | None = None) -> None:
    """Note files as they are now; what else was noted of the folder `whole` is there no longer. The caller commits.

    Files outside the state folder are somebody's own. Raises OSError.
    """
    home = settings.home()
    there = [path for path in map(Path.absolute, paths) if path.is_relative_to(home)]
    rows = [(path.relative_to(home).as_posix(), *_read(path)) for path in there]
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.written as w (path, sha256, size_bytes) values (%s, %s, %s)"
            " on conflict (path) do update set sha256 = excluded.sha256, size_bytes = excluded.size_bytes,"
            " written_at = excluded.written_at, removed_at = null"
            " where w.sha256 <> excluded.sha256 or w.removed_at is not null",
            rows,
        )
    if whole is not None and whole.is_relative_to(home):
        connection.execute(
            "update ledger.written set removed_at = clock_timestamp()"
            " where removed_at is null and starts_with(path, %s) and path <> all(%s)",
            (f"{whole.relative_to(home).as_posix()}/", [name for name, *_ in rows]),
        )


def note_not_restored(connection: Connection[Any]) -> None:
    """Note that files which no backup brought back are there no longer. The caller commits."""
    missing = [one.path for one in written(connection) if not (settings.home() / one.path).exists()]
    connection.execute("update ledger.written set removed_at = clock_timestamp() where path = any(%s)", (missing,))


def written(connection: Connection[Any]) -> list[Written]:
    """Return the files that are to be there, in the order of their paths."""
    rows = connection.execute("select path, sha256 from ledger.written where removed_at is null order by path")
    return [Written(*row) for row in rows]


def _read(path: Path) -> tuple[str, int]:
    content = path.read_bytes()
    return hashlib.sha256(content).hexdigest(), len(content)
