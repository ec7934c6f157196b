"""Restarts: on a person's word the record of a restored database goes on though it does not continue what was signed.

What such an entry gives up is believed only where it bears a signature by the record's key, which the database does not
hold: whoever can write to the database cannot have a signed checkpoint forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection

from cakupan.audit import note, statements
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.keys import signing_key
from cakupan.ledger.entries import Entry, append, read_entries


def enter_restart(connection: Connection[Any], by: str, why: str, gone: Iterable[Checkpoint]) -> None:
    """Enter, signed, that a person gave up these checkpoints, disowned restarts that nobody signed, and why."""
    said = {
        "by": by,
        "disowned": [entry.entry_no for entry in unsigned_restarts(connection)],
        "given_up": [
            {"size": each.size, "root": note.encode(each.root)} for each in sorted(gone, key=lambda each: each.size)
        ],
        "why": why,
    }
    append(connection, "restart", statements.signed("restart", said))


def given_up(connection: Connection[Any]) -> set[Checkpoint]:
    """Return the checkpoints that signed restarts have given up."""
    return {
        Checkpoint(signing_key().name, each["size"], note.decode(each["root"]))
        for entry in read_entries(connection, kind="restart")
        if is_signed(entry.facts)
        for each in entry.facts["given_up"]
    }


def unsigned_restarts(connection: Connection[Any]) -> list[Entry]:
    """Return the restarts that bear no signature and that no signed one has disowned."""
    restarts = list(read_entries(connection, kind="restart"))
    disowned = {number for entry in restarts if is_signed(entry.facts) for number in entry.facts["disowned"]}
    return [entry for entry in restarts if not is_signed(entry.facts) and entry.entry_no not in disowned]


def is_signed(facts: Mapping[str, Any]) -> bool:
    """Tell whether a restart's signature is by the record's key and of what it says."""
    return statements.is_signed("restart", facts, ("by", "disowned", "given_up", "why"))
