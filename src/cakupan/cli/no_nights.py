"""What commands say of nothing: a night that never was, an installation without any, a past before the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

import psycopg
from psycopg import Connection

from cakupan import settings
from cakupan.bilingual import Text, local
from cakupan.cli.known_at import as_known
from cakupan.cli.messages import this_command
from cakupan.database import Role, connect
from cakupan.ledger.nights import nights_begun, nights_delivered, nights_published
from cakupan.ledger.publications import first_publication, is_anything_published

T = TypeVar("T")

NEAR = 3  # nights that are named


NEVER_BEGUN = Text(
    "belum pernah dimulai: tidak ada yang diminta, dikirim, atau dibangun",
    "was never begun: nothing was asked for, delivered or built",
)
NOT_KEPT = Text(
    "tidak tersimpan: tidak ada yang dikirim atau terbit", "is not kept: nothing of it was delivered or published"
)
NOT_PUBLISHED = Text("tidak terbit", "is not published")
NOTHING_TO_VERIFY = Text("Tidak ada yang dapat diperiksa. {}", "Nothing to verify. {}")
NOTHING_BY_THEN = Text(
    "Tidak ada yang terbit sampai {}; terbitan pertama pada {}. Mintalah --as-known-at yang lebih kemudian.",
    "Nothing was published by {}; the first publication was at {}. Ask for a later --as-known-at.",
)
NO_NIGHT = Text(
    "Belum ada malam yang dijalankan di {}. Jalankan: {} nightly --date YYYY-MM-DD",
    "No night was run yet in {}. Run: {} nightly --date YYYY-MM-DD",
)
NO_SUCH_NIGHT = Text(
    "Malam {} {}. Sebutkan yang lain dengan --date; yang terdekat: {}",
    "The night of {} {}. Name another with --date; the nearest: {}",
)


def never_begun(night: date | None) -> Text | None:
    """Return what to say when there is nothing of the night, or of any; None when there is."""
    return _lacking(night, (nights_begun, nights_delivered), NEVER_BEGUN)


def never_kept(night: date | None) -> Text | None:
    """Return what to say when nothing to verify is kept of the night, or of any; None when something is."""
    said = _lacking(night, (nights_delivered, nights_published), NOT_KEPT)
    return NOTHING_TO_VERIFY.format(said) if said else None


def never_published(known_at: str | None) -> Text | None:
    """Return what to say when no night was published by the moment; None when one was."""
    first = _read(first_publication)
    if first is None:
        return no_night()
    if _read(is_anything_published, known_at):
        return None
    moment = local(datetime.fromisoformat(str(known_at)))
    return NOTHING_BY_THEN.format(moment, local(first))


def not_published(night: date | None) -> Text | None:
    """Return what to say when the night, or any, is not published; None when it is."""
    return _lacking(night, (nights_published,), NOT_PUBLISHED)


def no_night() -> Text:
    """Return what to say when no night was ever run."""
    return NO_NIGHT.format(settings.home(), this_command())


def _lacking(night: date | None, read: Sequence[Callable[[Connection], set[date]]], what: Text) -> Text | None:
    known = sorted({night for nights in read for night in _read(nights) or ()})
    if not known:
        return no_night()
    if night is None or night in known:
        return None
    near = sorted(sorted(known, key=lambda one: (abs((one - night).days), one))[:NEAR])
    return NO_SUCH_NIGHT.format(night, what, ", ".join(map(str, near)))


def _read(read: Callable[[Connection], T], known_at: str | None = None) -> T | None:
    """Read what is there of the warehouse; None where it was never set up. Raises psycopg.Error."""
    try:
        with connect(Role.AUDITOR, options=as_known(known_at)) as connection:
            return read(connection)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
