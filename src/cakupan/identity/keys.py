"""The keys that make pseudonyms: the installation's own is number 1, a rotation brings the next.

A rotation leaves every pair that is known as it is, so that nights stay linked; who is new gets their pseudonym under
the newest key. No older key is needed for anything any more, and a leaked one tells nothing of who came since.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from psycopg import Connection

from cakupan import settings
from cakupan.ledger.entries import append

NAME = "identity_key"


class WrongKey(RuntimeError):
    """The secret that is there is not the key with which pseudonyms were made; says what to do."""


def newest(connection: Connection[Any]) -> int:
    """Return the number of the key for who is new."""
    (number,) = connection.execute("select coalesce(max(key_no), 1) from identity.key").fetchone() or (1,)
    return int(number)


def key(connection: Connection[Any], number: int) -> bytes:
    """Return a key by its number. Raises WrongKey where the secret is another than the one that was made then."""
    secret = bytes.fromhex(settings.secret(_name(number)))
    known = connection.execute("select fingerprint from identity.key where key_no = %s", (number,)).fetchone()
    if known and known[0] != _fingerprint(secret):
        raise WrongKey(
            f"the secret {_name(number)} is not key {number} of this warehouse: put it back into"
            f" {settings.secret_file(_name(number))}, or make the next key with: cakupan privacy rotate-key"
        )
    return secret


def rotate(connection: Connection[Any], by: str, why: str) -> int:
    """Have who is new keyed by a new key from now on, with an entry in the record; returns its number.

    Raises ValueError where nobody answers for it.
    """
    if not (by.strip() and why.strip()):
        raise ValueError("who makes a new key says by whom and why")
    with connection.transaction():
        number = newest(connection) + 1
        secret = bytes.fromhex(settings.secret(_name(number)))
        connection.execute(
            "insert into identity.key (key_no, fingerprint) values (%s, %s)", (number, _fingerprint(secret))
        )
        append(connection, "rotation", {"by": by, "why": why, "key_no": number})
    return number


def _name(number: int) -> str:
    return NAME if number == 1 else f"{NAME}_{number}"


def _fingerprint(secret: bytes) -> str:
    return hmac.digest(secret, b"fingerprint", hashlib.sha256).hex()[:16]
