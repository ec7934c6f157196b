"""All that is held of a person, for the copy that they may ask for; the read stands on record."""

from __future__ import annotations

from typing import Any

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from cakupan.landing.archive import open_archive
from cakupan.ledger.entries import read_entries, record_read_of_person
from cakupan.privacy.held import NobodyFound, digits_of, figures_of, find_person, held_rows, land_dropped

FILE_OF = "select business_date, original_name, sha256 from ledger.delivery where delivery_id = %s"


def show_person(nik: str, who: str, reason: str, case: str) -> dict[str, Any]:
    """Return all that is held of a NIK: identity, rows as received and examined, their files, figures and who read it.

    Entered in the record by the person's key, in the transaction that reads. Raises NobodyFound, CannotLandAgain, and
    ValueError where it is not said who asks, why or for which case.
    """
    digits = digits_of(nik)
    with connect(Role.LOADER, autocommit=True) as connection:
        land_dropped(connection)
        with connection.transaction():
            person = find_person(connection, digits)
            rows = [row for feed in load_feeds(settings.FEEDS) for row in held_rows(connection, feed, person.numbers)]
            if not rows and person.worker_key is None:
                raise NobodyFound("Nothing is held under this NIK; check the number.")
            key = str(person.worker_key) if person.worker_key else None
            files = {
                delivery: connection.execute(FILE_OF, (delivery,)).fetchone() or (None, None, "")
                for delivery in {row.delivery_id for row in rows}
            }
            reads = [entry for entry in read_entries(connection, kind="read") if key and key in entry.body]
            found = {
                "worker_key": key, "born_on": person.born_on, "sex": person.sex, "kpj": list(person.kpjs),
                "shared_kpj": list(person.shared_kpjs),
                "figures": figures_of(connection, person.worker_key) if person.worker_key else {},
                "files": [
                    {
                        "delivery_id": delivery, "business_date": on, "original_name": name,
                        "path": open_archive().where(sha256),
                    }
                    for delivery, (on, name, sha256) in sorted(files.items())
                ],
                "rows": [
                    {
                        "feed": row.feed.name, "delivery_id": row.delivery_id, "sheet": row.sheet,
                        "row_number": row.row_number, "set_aside": row.validation_id is not None,
                        "cells": {name: cell for name, cell in row.cells.items() if cell is not None},
                    }
                    for row in rows
                ],
                "reads": [
                    {name: entry.facts.get(name) for name in ("recorded_at", "who", "reason", "login")}
                    for entry in reads
                ],
            }  # fmt: skip
            what = {"all_of_person": key or "unkeyed", "rows": len(rows)}
            record_read_of_person(connection, who, reason, case, what)
    return found
