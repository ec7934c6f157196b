"""Restarts: on a person's word the record of a restored database goes on though it does not continue what was signed.

What such an entry gives up is believed only where it bears a signature by the record's key, which the database does not
hold: whoever can write to the database cannot have a signed checkpoint forgotten. The same word disowns entries that
others than the program made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import Connection

from cakupan.audit import note, statements
from cakupan.audit.checkpoint import Checkpoint
from cakupan.audit.keys import signing_key
from cakupan.ledger.entries import Entry, append, forged, read_entries

WITHOUT_WORD = "it does not bear the word of the record's key"
"""What is said of an entry that others made."""


def enter_restart(
    connection: Connection[Any], by: str, why: str, gone: Iterable[Checkpoint], others: Iterable[Entry]
) -> None:
    """Enter, signed, that a person gave up these checkpoints, disowned entries that others made, and why."""
    said = {
        "by": by,
        "disowned": [entry.entry_no for entry in others],
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


def made_by_others(entries: Sequence[Entry], sealed: int, since: int) -> list[Entry]:
    """Return the entries that the program did not make, and that no signed restart has disowned.

    For the first `sealed` of the record a checkpoint vouches, whatever they bear, so that `entries` need not hold them;
    but a restart gives up checkpoints. `since` is the number of the first that was authenticated.
    """
    gone = disowned(entries)
    others = {entry.entry_no for entry in forged((each for each in entries if each.entry_no >= sealed), since)}
    others |= {entry.entry_no for entry in entries if _is_unsigned_restart(entry.facts)}
    return [entry for entry in entries if entry.entry_no in others - gone]


def disowned(entries: Iterable[Entry]) -> set[int]:
    """Return the numbers of the entries that signed restarts have disowned."""
    restarts = (entry.facts for entry in entries if entry.facts.get("kind") == "restart")
    return {number for facts in restarts if is_signed(facts) for number in facts["disowned"]}


def is_signed(facts: Mapping[str, Any]) -> bool:
    """Tell whether a restart's signature is by the record's key and of what it says."""
    return statements.is_signed("restart", facts, ("by", "disowned", "given_up", "why"))


def _is_unsigned_restart(facts: Mapping[str, Any]) -> bool:
    return facts.get("kind") == "restart" and not is_signed(facts)
