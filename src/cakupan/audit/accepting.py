"""Changes of definitions between two nights, by a migration or a person, entered with the record's signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from cakupan.audit import statements
from cakupan.ledger.definitions import DEFINITIONS, digest_of_definitions, facts_of, is_on_record, program
from cakupan.ledger.digests import Digest
from cakupan.ledger.entries import append

_SIGNED = ("accepts", "after", "before", "by", "program", "why")


def enter_change(connection: Connection[Any], before: Digest, by: str, why: str, accepts: Sequence[int] = ()) -> None:
    """Enter that definitions are no longer those of `before`, who answers for it and why, in the caller's transaction.

    `accepts` are entries whose definitions nothing explained until now.
    """
    said = {
        "accepts": list(accepts), "after": facts_of(digest_of_definitions(connection)), "before": before.facts(),
        "by": by, "program": program(), "why": why,
    }  # fmt: skip
    append(connection, DEFINITIONS, statements.signed(DEFINITIONS, said))


@contextmanager
def on_record(connection: Connection[Any], why: str, by: str = "cakupan") -> Iterator[None]:
    """Enter what the program changes of the definitions inside, once a night was published with them on record."""
    (record,) = connection.execute("select to_regclass('ledger.entry')").fetchone() or (None,)
    before = digest_of_definitions(connection) if record and is_on_record(connection) else None
    yield
    if before and before != digest_of_definitions(connection):
        enter_change(connection, before, by, why)


def is_signed(facts: Mapping[str, Any]) -> bool:
    """Tell whether the entry of a change bears the signature of the record's key."""
    return statements.is_signed(DEFINITIONS, facts, _SIGNED)
