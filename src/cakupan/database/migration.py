"""Which numbered SQL files brought a warehouse to where it is, and which are still to come."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from cakupan.database.causes import said

FOLDER = Path(__file__).parent / "migrations"
FORM = re.compile(r"(\d{4})_[a-z0-9_]+")
NOTHING_CHANGED = "nothing was changed"


class CannotMigrate(RuntimeError):
    """The warehouse cannot be brought to the version of this program; the message says why and what to do."""


@dataclass(frozen=True)
class Migration:
    """One file of `migrations/`: applied once, in order of its number, and never edited again."""

    name: str
    text: str

    @property
    def number(self) -> int:
        """The version to which it brings the warehouse."""
        return int(self.name[:4])

    @property
    def sha256(self) -> str:
        """The digest of its text, by which an edited file is told."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Applied:
    """One row of `ledger.migration`."""

    number: int
    name: str
    sha256: str
    applied_at: datetime

    def __str__(self) -> str:
        """Tell its name and when it was applied, for a person."""
        return f"{self.name}, applied {self.applied_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def known_migrations() -> list[Migration]:
    """Read the migrations of this program, in order; raises CannotMigrate where they are not numbered 1, 2, 3, …"""
    found = [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.sql"))]
    for number, migration in enumerate(found, start=1):
        if not FORM.fullmatch(migration.name) or migration.number != number:
            raise CannotMigrate(
                f"{FOLDER / migration.name}.sql is not migration {number:04}: files are named NNNN_what_it_does.sql and"
                " numbered without a gap. Rename it"
            )
    return found


def applied_migrations(connection: psycopg.Connection[Any]) -> list[Applied]:
    """Ask the warehouse what was applied to it, in order; nothing where it is empty or older than migrations."""
    if connection.execute("select to_regclass('ledger.migration')").fetchone() == (None,):
        return []
    rows = connection.execute(
        "select migration_no, name, sha256, applied_at from ledger.migration order by migration_no"
    )
    return [Applied(*row) for row in rows]


def pending_migrations(connection: psycopg.Connection[Any]) -> list[Migration]:
    """List what the warehouse lacks. Raises CannotMigrate where it is newer than this program, or a file was edited."""
    known, applied = known_migrations(), applied_migrations(connection)
    _refuse_newer(known, applied)
    for migration, before in zip(known, applied, strict=False):
        if (migration.number, migration.name, migration.sha256) != (before.number, before.name, before.sha256):
            raise CannotMigrate(
                f"migration {migration.name}.sql is not what this warehouse had as its number {before.number}"
                f" ({before}; sha256 {before.sha256[:12]}…, the file has {migration.sha256[:12]}…). What was applied is"
                " never edited: put its text back, and write the change into a new file with the next number;"
                f" {NOTHING_CHANGED}"
            )
    return known[len(applied) :]


def refuse_newer(connection: psycopg.Connection[Any]) -> None:
    """Raise CannotMigrate where a newer program has changed the warehouse: this one would misread it."""
    _refuse_newer(known_migrations(), applied_migrations(connection))


def apply_migration(connection: psycopg.Connection[Any], migration: Migration) -> None:
    """Run the file and record it, in the caller's transaction.

    Raises CannotMigrate where the database refuses it, but psycopg's own error where it only waited for a lock.
    """
    try:
        connection.execute(migration.text.encode())
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        raise
    except psycopg.Error as error:
        raise CannotMigrate(f"migration {migration.name}.sql: {said(error)}; {NOTHING_CHANGED}") from None
    connection.execute(
        "insert into ledger.migration (migration_no, name, sha256) values (%s, %s, %s)",
        (migration.number, migration.name, migration.sha256),
    )


def _refuse_newer(known: list[Migration], applied: list[Applied]) -> None:
    if len(applied) > len(known):
        raise CannotMigrate(
            f"this warehouse is of version {applied[-1].number} ({applied[-1]}), and this program knows none after"
            f" {len(known)}: a newer Cakupan has been here. Use that one, or a newer one; {NOTHING_CHANGED}"
        )
