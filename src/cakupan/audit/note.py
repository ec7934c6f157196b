"""Signed notes (https://c2sp.org/signed-note): text with lines that say who signed it, and their Ed25519 keys.

Reading is strict: what could be written in two ways (base64 with stray bits, a key written with its sign bit set for
zero, …) is refused, so that no byte of a note can change and the note still be accepted.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01  # signs the text itself
COSIGNATURE = 0x04  # signs a checkpoint's text and the time: see checkpoint.cosign
MOST_SIGNATURES = 32

_PRIME = 2**255 - 19
_EIGHTH = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_LOW_ORDER = {0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH}  # y of the points that sign anything


class BadNote(ValueError):
    """A note, a key or a signature that is not as it must be; the message says what is wrong."""


@dataclass(frozen=True)
class Verifier:
    """A public key and the name it signs under; `algorithm` is ED25519 or COSIGNATURE."""

    name: str
    public: bytes
    algorithm: int = ED25519

    def __post_init__(self) -> None:
        _must_be_name(self.name)
        _must_be_algorithm(self.algorithm)
        y = int.from_bytes(self.public, "little") & (2**255 - 1)
        if len(self.public) != 32 or y >= _PRIME or y in _LOW_ORDER:
            raise BadNote(f"the public key of {self.name} is not a usable Ed25519 key")

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        """Read `name+key id+base64`; raises BadNote."""
        name, key_id, material = _parts(vkey, "verifier key")
        verifier = cls(name, material[1:], material[0])
        if key_id != verifier.key_id.hex():
            raise BadNote(f"the key id in the verifier key of {name} is not that of its key; was it copied in part?")
        return verifier

    @property
    def vkey(self) -> str:
        """The text others verify with: not a secret."""
        material = bytes([self.algorithm]) + self.public
        return f"{self.name}+{self.key_id.hex()}+{encode(material)}"

    @property
    def key_id(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Verify whether the key made this Ed25519 signature (64 bytes) of exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key (`seed`, 32 bytes) and the name it signs under."""

    name: str
    seed: bytes = field(repr=False)
    algorithm: int = ED25519

    def __post_init__(self) -> None:
        _must_be_name(self.name)
        _must_be_algorithm(self.algorithm)
        if len(self.seed) != 32:
            raise BadNote(f"the signing key of {self.name} is not 32 bytes long")

    @classmethod
    def generate(cls, name: str, algorithm: int = ED25519) -> SigningKey:
        """Make a new key from the system's randomness."""
        return cls(name, token_bytes(32), algorithm)

    @classmethod
    def from_text(cls, text: str) -> SigningKey:
        """Read what `text` wrote, white space around it allowed; raises BadNote, never quoting the key."""
        prefix = "PRIVATE+KEY+"
        if not text.strip().startswith(prefix):
            raise BadNote(f"this is not a signing key: it does not begin with {prefix}")
        name, key_id, material = _parts(text.strip()[len(prefix) :], "signing key")
        key = cls(name, material[1:], material[0])
        if key_id != key.verifier.key_id.hex():
            raise BadNote(f"the key id in the signing key of {name} is not that of its key; was it copied in part?")
        return key

    @property
    def text(self) -> str:
        """The key as text to keep secret, in the form that Go's sumdb/note reads."""
        material = encode(bytes([self.algorithm]) + self.seed)
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{material}"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._private.public_key().public_bytes_raw(), self.algorithm)

    @property
    def vkey(self) -> str:
        """The public half as text."""
        return self.verifier.vkey

    def sign(self, message: bytes) -> bytes:
        """Sign these bytes; returns the Ed25519 signature (64 bytes)."""
        return self._private.sign(message)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True)
class Signature:
    """One signature line: who, which key (4 bytes), and what follows the key id."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"— {self.name} {encode(self.key_id + self.value)}\n"

    def is_by(self, verifier: Verifier) -> bool:
        """Return whether it claims to be by this key."""
        return (self.name, self.key_id) == (verifier.name, verifier.key_id)


@dataclass(frozen=True)
class Note:
    """A text, which ends in a newline, and its signatures, which are not verified by reading them."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def by(self, verifier: Verifier) -> Signature:
        """Return the one signature that claims to be by this key; raises BadNote."""
        found = [each for each in self.signatures if each.is_by(verifier)]
        if not found:
            raise BadNote(f"{verifier.name} did not sign this with the given key")
        return found[0]


def parse(data: str | bytes) -> Note:
    """Read a note as written, its signatures not verified; raises BadNote."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError:
        raise BadNote("the note is not UTF-8") from None
    if control := re.search(r"[\x00-\x09\x0b-\x1f]", text):
        raise BadNote(f"the note has a control character, U+{ord(control.group()):04X}")
    body, blank, tail = text.rpartition("\n\n")
    if not blank or not body or not tail.endswith("\n"):
        raise BadNote("the note is not a text, an empty line and signature lines, each ended by a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote(f"the note has more than {MOST_SIGNATURES} signatures")
    signatures = tuple(_signature(line) for line in lines)
    if len({(each.name, each.key_id) for each in signatures}) < len(signatures):
        raise BadNote("the note is signed twice by one key")
    return Note(body + "\n", signatures)


def sign(text: str, key: SigningKey) -> Note:
    """Sign a text, which must end in a newline, as a note with one signature."""
    if not text.endswith("\n"):
        raise BadNote("the text of a note must end in a newline")
    return parse(str(Note(text, (Signature(key.name, key.verifier.key_id, key.sign(text.encode())),))))


def verify(note: Note, verifier: Verifier) -> str:
    """Read the text of a note, if this key (of algorithm ED25519) signed it; raises BadNote."""
    if verifier.algorithm != ED25519 or not verifier.verifies(note.text.encode(), note.by(verifier).value):
        raise BadNote(f"the signature by {verifier.name} is not of this text, or the text was changed since")
    return note.text


def encode(data: bytes) -> str:
    """Write bytes as base64 (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Read the bytes of canonical base64 (RFC 4648, section 4); raises BadNote for any other writing."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not text or encode(data) != text:
        raise BadNote("base64 is not written as it must be")
    return data


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise BadNote("a signature line is not a dash, a name and a signature, with one blank between")
    _must_be_name(parts[1])
    value = decode(parts[2])
    if len(value) < 5:
        raise BadNote(f"the signature by {parts[1]} is too short")
    return Signature(parts[1], value[:4], value[4:])


def _parts(text: str, what: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)  # base64 may hold a plus, a name may not
    if len(parts) != 3:
        raise BadNote(f"this is not a {what}: it is not name+key id+base64")
    material = decode(parts[2])
    return parts[0], parts[1], material


def _must_be_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() or not each.isprintable() for each in name):
        raise BadNote("the name of a key must not be empty, nor hold blanks or a plus")


def _must_be_algorithm(algorithm: int) -> None:
    if algorithm not in (ED25519, COSIGNATURE):
        raise BadNote(f"keys of type {algorithm:#04x} are not supported")
