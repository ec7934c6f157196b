"""What a person answers for, signed with the record's key, which the database does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cakupan.audit import note
from cakupan.audit.keys import signing_key
from cakupan.audit.note import BadNote
from cakupan.ledger.entries import canonical


def signed(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said with a signature over it and over what kind of statement it is."""
    return {**said, "signature": str(note.sign(_text(kind, said), signing_key()))}


def is_signed(kind: str, facts: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Tell whether the signature that an entry bears is by the record's key, and of these facts of it."""
    said = {name: facts.get(name) for name in names}
    try:
        return note.verify(note.parse(str(facts.get("signature"))), signing_key().verifier) == _text(kind, said)
    except BadNote:
        return False


def _text(kind: str, said: Mapping[str, Any]) -> str:
    """Write what is signed; it cannot be taken for a checkpoint, whose second line is a number."""
    return f"{signing_key().name}\n{kind}\n{canonical(said)}\n"
