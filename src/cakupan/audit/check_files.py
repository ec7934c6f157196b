"""Files that people were sent or shown, held against what was written."""

from __future__ import annotations

import hashlib
from typing import Any

from psycopg import Connection

from cakupan import settings
from cakupan.audit.areas import Area
from cakupan.ledger.written import written


def check_files(connection: Connection[Any], area: Area) -> None:
    """Name in `area` the letters, scorecards, reports and pages that are not as they were written, or are gone."""
    files = written(connection)
    for one in files:
        path = settings.home() / one.path
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            area.altered(str(path), "is missing, and nobody noted that it was taken away")
            continue
        except OSError as error:
            area.altered(str(path), f"cannot be read: {error.strerror}")
            continue
        if found != one.sha256:
            area.altered(str(path), f"holds other bytes than were written: SHA-256 {found}, not {one.sha256}")
    area.checked = f"{len(files)} letters, scorecards, reports and pages"
