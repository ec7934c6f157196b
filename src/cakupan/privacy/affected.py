"""Whom a leaked file names: for the written notice that is due within three times 24 hours."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from cakupan.landing import land_again
from cakupan.ledger.entries import record_read_of_person

_NIK = re.compile(r"(?<![0-9.])[0-9]{16}(?![0-9])|(?<![0-9])(?:[0-9]{2}\.){3}[0-9]{6}\.[0-9]{4}(?![0-9])")
_KPJ = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")
_KEY = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![0-9:])([0-9]{1,18}):([^:\n\r\t\"]{0,60}):([0-9]{1,9})(?![0-9:])")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]+E\+?1[05]", re.IGNORECASE)
_EXTRA = re.compile(r"^extra ([A-Za-z0-9+/=]+)$", re.MULTILINE)
MOST_BYTES = 1 << 30


@dataclass
class Affected:
    """Whom the file names."""

    persons: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By what each was found: nik, kpj, key or address."""
    niks: dict[UUID, str] = field(default_factory=dict)
    unknown_niks: int = 0
    """Numbers in the form of a NIK that nobody here has."""
    unowned_kpjs: int = 0
    """Membership numbers that are known, and of nobody who is."""


def who_was_affected(extract: Path, who: str, reason: str, case: str) -> Affected:
    """Find the persons whom a file names by NIK, KPJ, key of the marts, address of a row or receipt.

    The read is entered in the record with the file's SHA-256, in the transaction that reads. Raises ValueError where it
    is not said who asks, why or for which case, and OSError.
    """
    text = text_of(extract)
    digest = hashlib.sha256(extract.read_bytes()).hexdigest()
    with connect(Role.LOADER) as connection:
        found = find_affected(connection, text)
        what = {"who_was_affected": digest, "persons": len(found.persons)}
        record_read_of_person(connection, who, reason, case, what)
    return found


def find_affected(connection: Connection[Any], text: str) -> Affected:
    """Find the persons whom a text names."""
    found = Affected()
    addressed = {(int(delivery), sheet, int(row)) for delivery, sheet, row in _ADDRESS.findall(text)}
    niks = {nik.replace(".", "") for nik in _NIK.findall(text)}
    known = _ask(connection, "select nik, worker_key from identity.worker where nik = any(%s)", niks)
    found.unknown_niks = len(niks - {nik for nik, _ in known})
    for _, worker in known:
        found.persons[worker].add("nik")
    for nik in _niks_at(connection, addressed):
        for _, worker in _ask(connection, "select nik, worker_key from identity.worker where nik = any(%s)", {nik}):
            found.persons[worker].add("address")
    keys = {UUID(key) for key in _KEY.findall(text)}
    for (worker,) in _ask(connection, "select worker_key from identity.worker where worker_key = any(%s)", keys):
        found.persons[worker].add("key")
    kpjs = _ask(
        connection, "select membership_key from identity.membership where kpj = any(%s)", set(_KPJ.findall(text))
    )
    of_key = _ask(connection, "select membership_key from identity.membership where membership_key = any(%s)", keys)
    for how, memberships in (("kpj", kpjs), ("key", of_key)):
        owners = _owners(connection, {membership for (membership,) in memberships})
        found.unowned_kpjs += len(memberships) - len({membership for membership, _ in owners})
        for _, worker in owners:
            found.persons[worker].add(how)
    named = "select worker_key, nik from identity.worker where worker_key = any(%s)"
    found.niks = dict(_ask(connection, named, set(found.persons)))
    return found


def text_of(extract: Path) -> str:
    """Return all text of a file: CSV, JSON, HTML, a workbook or document of XML in a ZIP, a receipt; also gzipped."""
    return "\n".join(_texts(extract))


def _texts(extract: Path) -> Iterator[str]:
    if zipfile.is_zipfile(extract):
        with zipfile.ZipFile(extract) as parts:
            for part in parts.infolist():
                with parts.open(part) as stream:
                    yield from _spelled(re.sub(r"<[^>]*>", "\n", _decoded(stream.read(MOST_BYTES))))
        return
    data = extract.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        with gzip.open(extract) as stream:
            data = stream.read(MOST_BYTES)
    yield from _spelled(_decoded(data))


def _spelled(text: str) -> Iterator[str]:
    """Yield the text, the numbers in it that a spreadsheet abbreviates, and what a receipt says in base64."""
    yield text
    yield from (str(int(Decimal(number))) for number in _SCIENTIFIC.findall(text))
    for extra in _EXTRA.findall(text):
        try:
            yield base64.b64decode(extra).decode("utf-8", "replace")
        except binascii.Error:
            continue


def _decoded(data: bytes) -> str:
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")


def _ask(connection: Connection[Any], query: str, values: set[Any]) -> list[Any]:
    return connection.execute(query, (list(values),)).fetchall() if values else []


def _owners(connection: Connection[Any], memberships: set[UUID]) -> list[Any]:
    """Return whose the memberships are in the warehouse, each with its worker."""
    if connection.execute("select to_regclass('warehouse.fct_membership')").fetchone() == (None,):
        return []
    return _ask(
        connection,
        "select distinct membership_key, worker_key from warehouse.fct_membership"
        " where worker_key is not null and membership_key = any(%s)",
        memberships,
    )


def _niks_at(connection: Connection[Any], addresses: set[tuple[int, str, int]]) -> set[str]:
    """Return the NIKs that stand in landed rows."""
    feeds = {(feed.agency, feed.feed): feed for feed in load_feeds(settings.FEEDS)}
    of = {
        delivery: feeds.get((agency, name))
        for delivery, agency, name in _ask(
            connection,
            "select delivery_id, agency, feed from ledger.delivery where delivery_id = any(%s)",
            {delivery for delivery, *_ in addresses},
        )
    }
    land_again(connection, of)
    niks: set[str] = set()
    for delivery, sheet, row in addresses:
        feed = of.get(delivery)
        for column in feed.columns if feed else ():
            if feed and column.type == "nik":
                query = sql.SQL("select {} from {} where delivery_id = %s and sheet = %s and row_number = %s").format(
                    sql.Identifier(column.name), sql.Identifier("landing", feed.table)
                )
                niks |= {
                    re.sub(r"[. ]", "", cell)
                    for (cell,) in connection.execute(query, (delivery, sheet, row)).fetchall()
                    if cell
                }
    return niks
