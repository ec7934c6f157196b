"""Fix workbooks that lie where an office's deliveries lie: each is taken back once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from cakupan.bilingual import Text
from cakupan.corrections.fix_workbook import origin_of
from cakupan.corrections.importing import import_workbook
from cakupan.corrections.returned import CannotImport
from cakupan.ledger.corrections import is_taken


@dataclass(frozen=True)
class ReturnedWorkbooks:
    """What the archive of a feed's deliveries asks of the files it is given."""

    connection: psycopg.Connection[Any]

    def holds(self, path: Path) -> bool:
        """Tell whether an archived file is a fix workbook."""
        return origin_of(path) is not None

    def take(self, path: Path) -> Text | None:
        """Make a correction of an archived workbook, unless that was done; returns why it cannot be."""
        if is_taken(self.connection, path.name):
            return None
        try:
            import_workbook(self.connection, path)
        except CannotImport as refusal:
            return refusal.why
        return None
