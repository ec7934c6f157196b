"""What commands say of nothing: a night that never was, an installation without any, a past before the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

import psycopg
from psycopg import Connection

from cakupan import settings
from cakupan.bilingual import local
from cakupan.cli.known_at import as_known
from cakupan.cli.messages import this_command
from cakupan.database import Role, connect
from cakupan.ledger.nights import nights_begun, nights_delivered, nights_published
from cakupan.ledger.publications import first_publication, is_anything_published

T = TypeVar("T")

NEAR = 3  # nights that are named


def never_begun(night: date | None) -> str | None:
    """Return what to say when there is nothing of the night, or of any; None when there is."""
    return _lacking(
        night, (nights_begun, nights_delivered), "was never begun: nothing was asked for, delivered or built"
    )


def never_kept(night: date | None) -> str | None:
    """Return what to say when nothing to verify is kept of the night, or of any; None when something is."""
    said = _lacking(
        night, (nights_delivered, nights_published), "is not kept: nothing of it was delivered or published"
    )
    return f"Nothing to verify. {said}" if said else None


def never_published(known_at: str | None) -> str | None:
    """Return what to say when no night was published by the moment; None when one was."""
    first = _read(first_publication)
    if first is None:
        return no_night()
    if _read(is_anything_published, known_at):
        return None
    moment = local(datetime.fromisoformat(str(known_at)))
    return (
        f"Nothing was published by {moment}; the first publication was at {local(first)}."
        " Ask for a later --as-known-at."
    )


def not_published(night: date | None) -> str | None:
    """Return what to say when the night, or any, is not published; None when it is."""
    return _lacking(night, (nights_published,), "is not published")


def no_night() -> str:
    """Return what to say when no night was ever run."""
    return f"No night was run yet in {settings.home()}. Run: {this_command()} nightly --date YYYY-MM-DD"


def _lacking(night: date | None, read: Sequence[Callable[[Connection], set[date]]], what: str) -> str | None:
    known = sorted({night for nights in read for night in _read(nights) or ()})
    if not known:
        return no_night()
    if night is None or night in known:
        return None
    near = sorted(sorted(known, key=lambda one: (abs((one - night).days), one))[:NEAR])
    return f"The night of {night} {what}. Name another with --date; the nearest: {', '.join(map(str, near))}"


def _read(read: Callable[[Connection], T], known_at: str | None = None) -> T | None:
    """Read what is there of the warehouse; None where it was never set up. Raises psycopg.Error."""
    try:
        with connect(Role.AUDITOR, options=as_known(known_at)) as connection:
            return read(connection)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
