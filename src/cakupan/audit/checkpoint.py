"""Checkpoints: what a log's signature, and a witness's cosignature, says about the tree of its entries.

Formats: https://c2sp.org/tlog-checkpoint, and `cosignature/v1` (Ed25519) of https://c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cakupan.audit import note
from cakupan.audit.note import BadNote, Note, Signature, SigningKey, Verifier
from cakupan.ledger.merkle import EMPTY_ROOT, HASH_SIZE

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LATEST = 2**63 - 1  # the last second a cosignature can name


@dataclass(frozen=True)
class Checkpoint:
    """The log `origin` had `size` entries, and `root` (32 bytes) over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{note.encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read exactly three lines: extension lines, which nobody could audit, are refused. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) != 4 or not lines[0] or lines[3]:
            raise BadNote("a checkpoint is three lines: the log's name, its size and its root")
        if not _NUMBER.fullmatch(lines[1]):
            raise BadNote("the size of the checkpoint is not a number as it must be written")
        checkpoint = cls(lines[0], int(lines[1]), note.decode(lines[2]))
        if len(checkpoint.root) != HASH_SIZE:
            raise BadNote(f"the root of the checkpoint is not {HASH_SIZE} bytes long")
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise BadNote("the checkpoint of an empty log has the root of another")
        return checkpoint


def sign(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Sign a checkpoint; the key's name must be the log's. Raises BadNote."""
    if key.name != checkpoint.origin or key.algorithm != note.ED25519:
        raise BadNote(f"the key of {key.name} cannot sign checkpoints of {checkpoint.origin}")
    return str(note.sign(str(checkpoint), key))


def verify(signed: str | bytes, log: Verifier) -> Checkpoint:
    """Read a checkpoint, if the log of that name signed it with that key; raises BadNote."""
    checkpoint = Checkpoint.parse(note.verify(note.parse(signed), log))
    if checkpoint.origin != log.name:
        raise BadNote(f"the checkpoint is of {checkpoint.origin}, not of {log.name}")
    return checkpoint


def cosign(signed: str | bytes, witness: SigningKey, at: int) -> str:
    """Add the witness's cosignature at a time (seconds since 1970) to a checkpoint, in place of an older one of its.

    Says nothing unless the witness has verified the checkpoint and its consistency first: see `witness`.
    """
    if witness.algorithm != note.COSIGNATURE or not 0 < at <= _LATEST:
        raise BadNote(f"{witness.name} cannot cosign: its key is not for cosignatures, or the time is none")
    given = note.parse(signed)
    value = at.to_bytes(8, "big") + witness.sign(_cosigned(given.text, at))
    mine = Signature(witness.name, witness.verifier.key_id, value)
    others = tuple(each for each in given.signatures if not each.is_by(witness.verifier))
    return str(note.parse(str(Note(given.text, (*others, mine)))))


def verify_cosignature(signed: str | bytes, witness: Verifier) -> int:
    """Verify a witness's cosignature; returns its time (seconds since 1970), raises BadNote when it did not."""
    given = note.parse(signed)
    Checkpoint.parse(given.text)
    value = given.by(witness).value
    at = int.from_bytes(value[:8], "big")
    usable = witness.algorithm == note.COSIGNATURE and len(value) == 72 and at <= _LATEST
    if not usable or not witness.verifies(_cosigned(given.text, at), value[8:]):
        raise BadNote(f"the cosignature by {witness.name} is not of this checkpoint")
    return at


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
