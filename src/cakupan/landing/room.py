"""For how many more nights the disk has room, by how much the last ones took."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from cakupan import settings

FEW_NIGHTS, NO_NIGHTS = 60, 7
LAST_NIGHTS = 7  # whose deliveries tell how large the next ones will be
SMALLEST_NIGHT = 1 << 20  # bytes; before nights were run nobody knows how large one is
GROWTH = """
    with last as (
        select business_date, sum(size_bytes) as bytes from ledger.delivery group by 1 order by 1 desc limit %s
    )
    select avg(bytes)::float8, (select sum(size_bytes)::float8 from ledger.delivery),
        pg_database_size(current_database())
    from last
"""


@dataclass(frozen=True)
class Room:
    """What is free, and what a night takes."""

    free_bytes: int
    night_bytes: int

    @property
    def nights(self) -> int:
        """For how many nights there is room."""
        return self.free_bytes // self.night_bytes


def read_room(connection: psycopg.Connection[Any]) -> Room:
    """Read it of the fullest disk: that of the archive, or of the state folder, where the embedded server writes too.

    A night takes what its deliveries do, as those of the last nights, and so many times that as the database is larger
    than all deliveries. Raises psycopg.Error, OSError.
    """
    last, delivered, database = connection.execute(GROWTH, (LAST_NIGHTS,)).fetchone() or (None, None, 0)
    is_here = "CAKUPAN_PG_HOST" not in os.environ
    times = 1 + (database / delivered if delivered and is_here else 0)
    free = min(shutil.disk_usage(_there(folder)).free for folder in (settings.archive_root(), settings.home()))
    return Room(free, max(int((last or 0) * times), SMALLEST_NIGHT))


def _there(folder: Path) -> Path:
    """Return the folder, or the one above it that is there."""
    return folder if folder.exists() else _there(folder.parent)
