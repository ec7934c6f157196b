#!/usr/bin/env python3
"""Verify a receipt: that a row arrived, as it is, in a file that an office delivered to the warehouse.

Needs Python 3.8 or later, this one file and the warehouse's public key; no network, no database, no other package.

    python3 verify_receipt.py RECEIPT --key VKEY [--witness VKEY ...] [--checkpoint FILE] [--lang en]

Exit code 0: proven; 1: not proven, one sentence says what does not fit; 2: wrong usage.
The formats are c2sp.org/tlog-proof, tlog-checkpoint, signed-note and tlog-cosignature; trees are those of RFC 6962,
signatures those of RFC 8032. Whatever could be written in two ways is refused.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
from datetime import datetime, timezone
from hashlib import sha256, sha512
from pathlib import Path
from typing import Iterator, NamedTuple, Sequence, Tuple

HEADER = "c2sp.org/tlog-proof@v1"
MOST_BYTES = 1 << 16  # a receipt has about 4 KiB
LOG, WITNESS = 1, 4  # what a key may sign: checkpoints, or cosignatures of checkpoints
NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,17})\Z")
LAST_SECOND = 253402300799  # of the year 9999
ENTRY_TEXTS = ("agency", "feed", "business_date", "sha256", "delivery_status", "recorded_at", "rows_root")

SAYS = {
    "proven": ("TERBUKTI: baris ini ada di dalam berkas kiriman.", "PROVEN: this row is in the delivered file."),
    "not proven": ("TIDAK TERBUKTI", "NOT PROVEN"),
    "file": ("SHA-256 berkas kiriman", "SHA-256 of the delivered file"),
    "feed": ("Instansi dan umpan data", "Agency and feed"),
    "date": ("Tanggal data", "Business date"),
    "sheet": ("Lembar", "Sheet"),
    "row": ("Nomor baris", "Row number"),
    "recorded": ("Diperiksa dan dicatat", "Checked and recorded"),
    "status": ("Status kiriman", "Status of the delivery"),
    "entry": ("Nomor catatan dalam buku besar", "Entry of the ledger"),
    "of": ("dari", "of"),
    "witness": ("Disaksikan", "Witnessed"),
    "cells": ("Isi baris sebagaimana diterima", "The row's cells as received"),
    "null": ("(kosong)", "(empty)"),
    "too long": ("berkas lebih dari 64 KiB, jadi bukan resi", "the file is longer than 64 KiB, so it is no receipt"),
    "not text": (
        "resi bukan teks UTF-8 atau memuat karakter kendali",
        "the receipt is not UTF-8 text, or has control characters",
    ),
    "header": (f"baris pertama bukan {HEADER}", f"the first line is not {HEADER}"),
    "structure": (
        "susunan baris resi tidak sebagaimana mestinya",
        "the lines of the receipt are not laid out as they must be",
    ),
    "base64": ("ada base64 yang tidak baku atau rusak", "some base64 is damaged or not in its one proper form"),
    "number": ("ada angka yang tidak ditulis secara baku", "a number is not in its one proper form"),
    "hash": ("panjang salah satu hash keliru", "a hash has the wrong length"),
    "json": ("data tambahan bukan JSON kanonis", "the extra data are not canonical JSON"),
    "content": (
        "data tambahan tidak memuat hasil validasi dan baris yang lengkap",
        "the extra data do not hold a complete validation and row",
    ),
    "columns": ("jumlah kolom baris tidak cocok dengan catatan", "the row does not have the columns of the entry"),
    "row tree": ("baris tidak termasuk dalam kiriman yang tercatat", "the row is not part of the recorded delivery"),
    "log tree": ("catatan tidak termasuk dalam titik periksa", "the entry is not part of the checkpoint"),
    "origin": ("titik periksa berasal dari {}, bukan {}", "the checkpoint is of {}, not of {}"),
    "unknown": (
        "ada tanda tangan {} yang kuncinya tidak diberikan; berikan dengan --witness atau pakai --ignore-unknown",
        "there is a signature by {} whose key was not given; give it with --witness, or use --ignore-unknown",
    ),
    "twice": ("{} bertanda tangan dua kali", "{} signed twice"),
    "unsigned": (
        "tidak ada tanda tangan {} dengan kunci yang diberikan",
        "there is no signature by {} with the given key",
    ),
    "signature": (
        "tanda tangan {} tidak sah untuk titik periksa ini",
        "the signature by {} is not valid for this checkpoint",
    ),
    "checkpoint": ("titik periksa resi bukan yang diberikan", "the receipt's checkpoint is not the given one"),
}


class NotProven(Exception):
    """What does not fit: a key of SAYS and what its sentence names."""


class Key(NamedTuple):
    """A public key."""

    name: str
    key_id: bytes
    public: bytes


class Proven(NamedTuple):
    """What a receipt proves: `times` are the witnesses' (seconds since 1970), by name."""

    entry: dict
    cells: list[tuple[str, str | None]]
    number: int  # of the entry in the ledger
    size: int  # of the ledger, in entries
    times: list[tuple[str, int]]


# --- Ed25519 (RFC 8032, verification only; points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
IDENTITY = (0, 1, 1, 0)
Point = Tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    """Add two points."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def decode_point(data: bytes) -> Point | None:
    """Find the point that 32 bytes stand for; None when they stand for none, or not in the one proper way."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def encode_point(point: Point) -> bytes:
    """Return the 32 bytes that stand for a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_usable_key(public: bytes) -> bool:
    """Tell whether 32 bytes are a public key, and not one of the points that "sign" any message."""
    point = decode_point(public) if len(public) == 32 else None
    if point is None:
        return False
    for _ in range(3):
        point = add(point, point)
    return encode_point(point) != encode_point(IDENTITY)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the key made this signature: S*B = R + k*A, without a cofactor, as OpenSSL and Go check it."""
    s = int.from_bytes(signature[32:], "little")
    a = decode_point(public)
    if len(signature) != 64 or s >= ORDER or a is None:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    both, result = add(BASE, minus_a), IDENTITY
    for bit in range(ORDER.bit_length() - 1, -1, -1):
        result = add(result, result)
        which = (s >> bit & 1) + 2 * (k >> bit & 1)
        if which:
            result = add(result, (BASE, minus_a, both)[which - 1])
    return encode_point(result) == signature[:32]


# --- reading, strictly


def read_key(vkey: str, algorithm: int) -> Key:
    """Read the key that a verifier key stands for; raises ValueError or NotProven."""
    name, key_id, material = vkey.split("+", 2)
    material = read_base64(material)
    expected = sha256(name.encode() + b"\n" + material).digest()[:4]
    if not name or material[0] != algorithm or key_id != expected.hex() or not is_usable_key(material[1:]):
        raise ValueError("not a key of the kind that is asked for")
    return Key(name, expected, material[1:])


def read_base64(text: str) -> bytes:
    """Read the bytes of base64 in its one proper form."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise NotProven("base64") from None
    if not data or base64.b64encode(data).decode() != text:
        raise NotProven("base64")
    return data


def read_hash(text: str) -> bytes:
    """Read 32 bytes of base64."""
    data = read_base64(text)
    if len(data) != 32:
        raise NotProven("hash")
    return data


def read_number(text: str) -> int:
    """Read a number of at most 18 digits, without leading zeros."""
    if not NUMBER.match(text):
        raise NotProven("number")
    return int(text)


def read_json(data: bytes) -> object:
    """Read the value of canonical JSON: sorted keys, no blanks, UTF-8 as it is."""
    try:
        text = data.decode()
        value = json.loads(text)
        same = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False) == text
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise NotProven("json")
    return value


def read_extra(data: bytes) -> tuple[dict, bytes, int, str, bytes, list[bytes]]:
    """Read (entry, its bytes, row index, line, salt, row proof) from the extra data."""
    head, newline, tail = data.partition(b"\n")
    value = read_json(head)
    if not newline or not tail or len(tail) % 32:
        raise NotProven("hash")
    if not is_object(value, {"entry", "row"}) or not is_object(value["row"], {"index", "line"}):
        raise NotProven("content")
    entry, index, line = value["entry"], value["row"]["index"], value["row"]["line"]
    complete = (
        isinstance(entry, dict)
        and entry.get("kind") == "validation"
        and all(isinstance(entry.get(each), str) for each in ENTRY_TEXTS)
        and isinstance(entry.get("columns"), list)
        and all(isinstance(each, str) for each in entry["columns"])
        and {"sheet", "row_number"} <= set(entry["columns"])
        and type(entry.get("landed_rows")) is int
        and type(index) is int
        and isinstance(line, str)
    )
    if not complete:
        raise NotProven("content")
    body = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    hashes = [tail[at : at + 32] for at in range(0, len(tail), 32)]
    return entry, body, index, line, hashes[0], hashes[1:]


def is_object(value: object, keys: set[str]) -> bool:
    """Tell whether a JSON value is an object with exactly these keys."""
    return isinstance(value, dict) and set(value) == keys


def read_signature(line: str) -> tuple[str, bytes, bytes]:
    """Read (name, key id, the rest) of a signature line."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not parts[1]:
        raise NotProven("structure")
    data = read_base64(parts[2])
    return parts[1], data[:4], data[4:]


def read_cells(entry: dict, line: str) -> list[tuple[str, str | None]]:
    """Read the row's cells by column; None is PostgreSQL's NULL."""
    cells = line.split("\t")
    if len(cells) != len(entry["columns"]):
        raise NotProven("columns")
    letters = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
    values = [
        None if cell == "\\N" else re.sub(r"\\(.)", lambda each: letters.get(each[1], each[1]), cell) for cell in cells
    ]
    return list(zip(entry["columns"], values))


# --- proving


def root_of(leaf: bytes, index: int, size: int, proof: list[bytes], sentence: str) -> bytes:
    """Compute the root of a tree of `size` leaves whose leaf `index` is `leaf` (RFC 9162, 2.1.3.2)."""
    rest, last = list(reversed(proof)), size - 1
    if not 0 <= index <= last:
        raise NotProven(sentence)
    while last:
        if index & 1 or index < last:
            if not rest:
                raise NotProven(sentence)
            other = rest.pop()
            leaf = sha256(b"\x01" + (other + leaf if index & 1 else leaf + other)).digest()
        index, last = index >> 1, last >> 1
    if rest:
        raise NotProven(sentence)
    return leaf


def check_signatures(
    text: str, lines: list[str], log: Key, witnesses: Sequence[Key], ignore_unknown: bool
) -> list[tuple[str, int]]:
    """Tell when (since 1970) each witness cosigned, by name, after every signature asked for was found valid."""
    found = {}
    for line in lines:
        name, key_id, value = read_signature(line)
        if (name, key_id) in found:
            raise NotProven("twice", name)
        if (name, key_id) not in {key[:2] for key in (log, *witnesses)} and not ignore_unknown:
            raise NotProven("unknown", name)
        found[name, key_id] = value
    times = []
    for key in (log, *witnesses):
        name, key_id, public = key
        value, message = found.get((name, key_id)), text.encode()
        if value is None:
            raise NotProven("unsigned", name)
        if key is not log:
            at = int.from_bytes(value[:8], "big")
            if len(value) != 72 or at > LAST_SECOND:
                raise NotProven("signature", name)
            value, message = value[8:], f"cosignature/v1\ntime {at}\n".encode() + message
            times.append((name, at))
        if not is_signed(public, message, value):
            raise NotProven("signature", name)
    return times


def check(
    data: bytes,
    log: Key,
    witnesses: Sequence[Key] = (),
    given_checkpoint: bytes | None = None,
    ignore_unknown: bool = False,
) -> Proven:
    """Tell what the bytes of a receipt prove; raises NotProven.

    Every witness must have cosigned; `given_checkpoint` holds the bytes of a checkpoint that the receipt's must equal.
    """
    if len(data) > MOST_BYTES:
        raise NotProven("too long")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotProven("not text") from None
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text):
        raise NotProven("not text")
    blocks = text.split("\n\n")
    head = blocks[0].split("\n")
    if head[0] != HEADER:
        raise NotProven("header")
    parts = [block.split("\n") for block in blocks[1:]]
    right = len(parts) == 2 and len(parts[0]) == 3 and parts[1][-1] == "" and len(head) >= 3
    if not right or head[1][:6] != "extra " or head[2][:6] != "index ":
        raise NotProven("structure")
    number, proof = read_number(head[2][6:]), [read_hash(each) for each in head[3:]]
    (origin, size, root), lines = parts[0], parts[1][:-1]
    size, root = read_number(size), read_hash(root)
    if origin != log[0]:
        raise NotProven("origin", origin, log[0])
    entry, body, index, line, salt, row_proof = read_extra(read_base64(head[1][6:]))
    cells = read_cells(entry, line)
    leaf = sha256(b"\x00" + salt + line.encode()).digest()
    if root_of(leaf, index, entry["landed_rows"], row_proof, "row tree") != read_hash(entry["rows_root"]):
        raise NotProven("row tree")
    if root_of(sha256(b"\x00" + body).digest(), number, size, proof, "log tree") != root:
        raise NotProven("log tree")
    checkpoint = blocks[1] + "\n"
    times = check_signatures(checkpoint, lines, log, witnesses, ignore_unknown)
    if given_checkpoint is not None and not (given_checkpoint + b"\n").startswith(checkpoint.encode() + b"\n"):
        raise NotProven("checkpoint")
    return Proven(entry, cells, number, size, times)


# --- telling


def printable(text: str) -> str:
    """Make a text one that cannot steer a terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def report(proven: Proven, language: int) -> Iterator[str]:
    """Write the lines that say what is proven."""
    entry, by_name = proven.entry, dict(proven.cells)
    facts = [
        ("file", entry["sha256"]),
        ("feed", f"{entry['agency']}.{entry['feed']}"),
        ("date", entry["business_date"]),
        ("sheet", by_name["sheet"]),
        ("row", by_name["row_number"]),
        ("status", entry["delivery_status"]),
        ("recorded", entry["recorded_at"]),
        ("entry", f"{proven.number} ({SAYS['of'][language]} {proven.size})"),
        *(
            ("witness", f"{name}, {datetime.fromtimestamp(at, timezone.utc):%Y-%m-%d %H:%M:%S} UTC")
            for name, at in proven.times
        ),
    ]
    yield SAYS["proven"][language]
    for key, value in facts:
        if value:
            yield f"{SAYS[key][language]}: {printable(value)}"
    yield SAYS["cells"][language] + ":"
    for name, value in proven.cells:
        if name not in ("sheet", "row_number"):
            yield f"  {printable(name)}: {SAYS['null'][language] if value is None else printable(value)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the receipt that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("receipt", type=Path, help="the file to verify")
    parser.add_argument("--key", required=True, help="the warehouse's public key, as `cakupan ledger key` prints it")
    parser.add_argument(
        "--witness", action="append", default=[], help="public key of a witness that must have cosigned"
    )
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint you keep: the receipt's must be the same")
    parser.add_argument("--ignore-unknown", action="store_true", help="pass over signatures whose key was not given")
    parser.add_argument("--lang", choices=("id", "en"), default="id", help="language of the answer")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    language = ("id", "en").index(options.lang)
    try:
        log = read_key(options.key, LOG)
        witnesses = [read_key(each, WITNESS) for each in dict.fromkeys(options.witness)]
    except (ValueError, NotProven):
        parser.error("--key and --witness are public keys like name+0123abcd+Base64; is one copied in part or swapped?")
    try:
        with options.receipt.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        given = options.checkpoint.read_bytes() if options.checkpoint else None
    except OSError as error:
        parser.error(str(error))
    try:
        lines = list(report(check(data, log, witnesses, given, options.ignore_unknown), language))
    except NotProven as reason:
        sentence = SAYS[reason.args[0]][language].format(*map(printable, reason.args[1:]))
        sys.stdout.write(f"{SAYS['not proven'][language]}: {sentence}.\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
