"""What commands say of nothing: a night that never was, an installation without any, a past before the first one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import psycopg

from cakupan import settings
from cakupan.bilingual import local
from cakupan.cli.known import as_known
from cakupan.cli.saying import this_command
from cakupan.database import Role, connect

BEGUN = """
    select as_of_date from ledger.asked union select as_of_date from ledger.run
    union select as_of_date from ledger.failure union select business_date from ledger.delivery
"""
KEPT = """
    select business_date from ledger.delivery union select as_of_date from ledger.publication
"""
NEAR = 3  # nights that are named


def never_begun(night: date | None) -> str | None:
    """What to say when there is nothing of the night, or of any; None when there is."""
    return _lacking(night, BEGUN, "was never begun: nothing was asked for, delivered or built")


def never_kept(night: date | None) -> str | None:
    """What to say when nothing that could be verified is kept of the night, or of any; None when something is."""
    said = _lacking(night, KEPT, "is not kept: nothing of it was delivered or published")
    return f"Nothing to verify. {said}" if said else None


def never_published(known_at: str | None) -> str | None:
    """What to say when no night was published by the moment; None when one was."""
    first = _rows("select min(published_at) from ledger.publication")
    if not first or first[0][0] is None:
        return no_night()
    if _rows("select from ledger.published limit 1", known_at):
        return None
    moment = local(datetime.fromisoformat(str(known_at)))
    return (
        f"Nothing was published by {moment}; the first publication was at {local(first[0][0])}."
        " Ask for a later --as-known-at."
    )


def no_night() -> str:
    """What to say when no night was ever run."""
    return f"No night was run yet in {settings.home()}. Run: {this_command()} nightly --date YYYY-MM-DD"


def _lacking(night: date | None, nights: str, what: str) -> str | None:
    known = sorted(row[0] for row in _rows(nights))
    if not known:
        return no_night()
    if night is None or night in known:
        return None
    near = sorted(sorted(known, key=lambda one: (abs((one - night).days), one))[:NEAR])
    return f"The night of {night} {what}. Name another with --date; the nearest: {', '.join(map(str, near))}"


def _rows(query: str, known_at: str | None = None) -> list[tuple[Any, ...]]:
    """The rows; none of a warehouse that was never set up. Raises psycopg.Error."""
    try:
        with connect(Role.AUDITOR, options=as_known(known_at)) as connection:
            return connection.execute(query.encode()).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return []
