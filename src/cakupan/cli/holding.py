"""What an installation holds: whose deliveries, and what would be lost with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.database.connection import database_name
from cakupan.landing.archive import open_archive
from cakupan.ledger.cities import note_city, read_holding

RECORDED = "recorded"
"""Deliveries from a folder."""
LIVE = "live"
"""Deliveries of real systems."""
REAL = frozenset({RECORDED, LIVE})

LISTED = 4  # nights that are named one by one


@dataclass(frozen=True)
class Held:
    """Whose deliveries are held (cities' names, or RECORDED and LIVE), and how much there is to lose."""

    cities: frozenset[str] = frozenset()
    deliveries: int = 0
    nights: tuple[date, ...] = ()
    entries: int = 0

    def __str__(self) -> str:
        """Tell what would be lost, for a person to decide on."""
        several = len(self.nights) > LISTED
        named = f"{self.nights[0]} to {self.nights[-1]}" if several else ", ".join(map(str, self.nights))
        nights = f"{_counted(len(self.nights), 'published night')} ({named})" if self.nights else "no published night"
        return (
            f"{nights}, {_counted(self.deliveries, 'archived delivery', 'archived deliveries')}"
            f" and the signed record of {_counted(self.entries, 'entry', 'entries')}"
        )


def held() -> Held:
    """Ask the warehouse, the archive and the folder's own note. The server must be up. Raises psycopg.Error."""
    note = noted()
    found = Held()
    with connect(Role.ADMIN, "postgres", autocommit=True) as server:
        there = server.execute("select from pg_database where datname = %s", (database_name(),)).fetchone()
    if there is not None:
        with connect(Role.ADMIN) as warehouse:
            found = Held(*read_holding(warehouse))
    if found.cities:
        return found
    # A warehouse older than the table, or one that was filled by Airflow alone; or a lost one whose archive is there.
    simulated = note is not None and note not in REAL
    if found.deliveries or (not simulated and not open_archive().is_empty()):
        return Held(frozenset({note or RECORDED}), found.deliveries, found.nights, found.entries)
    return found


def noted() -> str | None:
    """Return what the folder's own note says it holds, or None."""
    path = settings.home() / "city"
    return path.read_text().strip() or None if path.exists() else None


def note(city: str, also: str | None = None) -> None:
    """Note in the folder and in the warehouse, whose relations are there, what is held from now on."""
    (settings.home() / "city").write_text(city)
    with connect(Role.LOADER) as warehouse:
        for name in (city, *([also] if also else [])):
            note_city(warehouse, name)


def described(city: str) -> str:
    """Return a simulated city as a person calls it."""
    _, kind, _, first = city.split()
    workers, _, trouble = kind.partition("-")
    return f"the simulated city of {int(workers):,} workers{' with trouble' if trouble else ''} that begins on {first}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
