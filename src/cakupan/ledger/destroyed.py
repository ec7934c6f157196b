"""Deliveries that were destroyed when the retention of their feed ended: the record alone says which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from cakupan.ledger.entries import append, believed, read_entries

KIND = "destruction"
REMOVED = "removal"
"""The kind of the entry that says of which destroyed deliveries no file is left that nobody needs."""


def enter_destroyed(
    connection: Connection[Any], facts: Mapping[str, Any], *, landed_rows: int, set_aside: int, years: int
) -> int:
    """Enter that a delivery, of which a validation's entry says `facts`, is destroyed; returns the entry's number."""
    of = {name: facts[name] for name in ("delivery_id", "agency", "feed", "business_date", "sha256")}
    return append(connection, KIND, {**of, "landed_rows": landed_rows, "set_aside": set_aside, "years": years})


def destroyed(connection: Connection[Any]) -> dict[int, tuple[int, str]]:
    """Return the destroyed deliveries, each with its entry's number and its file's SHA-256.

    Only what the program entered counts: who can insert rows must not have files deleted.
    """
    entries = believed(connection, read_entries(connection, kind=KIND))
    return {entry.facts["delivery_id"]: (entry.entry_no, entry.facts["sha256"]) for entry in entries}


def enter_removed(connection: Connection[Any], up_to: int) -> None:
    """Enter that the files of deliveries that were destroyed up to an entry are gone, but for those others have too."""
    append(connection, REMOVED, {"up_to": up_to})


def removed_up_to(connection: Connection[Any]) -> int:
    """Return the entry up to which files of destroyed deliveries are known to be gone; 0 where none is.

    As above, only what the program entered counts: who can insert rows must not keep files from being deleted.
    """
    entries = believed(connection, read_entries(connection, kind=REMOVED))
    return max((entry.facts["up_to"] for entry in entries), default=0)
