"""Writes a fix workbook for each delivery with open rows, where only the installation and its group may read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from cakupan.bilingual import Language
from cakupan.corrections.bad_rows import bad_rows
from cakupan.corrections.fix_workbook import Origin, fix_workbook
from cakupan.corrections.open_rows import open_deliveries
from cakupan.feeds import Feed
from cakupan.files import write_whole
from cakupan.ledger.deliveries import bytes_of
from cakupan.sources import fix_workbook_name


def write_fix_workbooks(
    connection: psycopg.Connection[Any],
    feeds: Sequence[Feed],
    night: date,
    folder: Path,
    language: Language = "id",
    *,
    anew: bool = True,
) -> Iterator[Path]:
    """Write a workbook for each of the feeds' deliveries with open rows, whole or not at all; yields their paths.

    Without `anew` those are left that were written since their delivery was validated: of increments every date may
    have one. Raises psycopg.Error, OSError and CannotLandAgain.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in open_deliveries(connection, feeds, night):
        facts = one.fault.facts
        path = folder / fix_workbook_name(one.feed, facts.business_date)
        if not anew and path.exists() and path.stat().st_mtime > facts.validated_at.timestamp():
            continue
        origin = Origin(one.feed.name, facts.business_date, bytes_of(connection, facts.delivery_id))
        rows = bad_rows(connection, one.feed, facts.validation_id, facts.delivery_id)
        yield write_whole(path, fix_workbook(one.feed, origin, rows, language))
