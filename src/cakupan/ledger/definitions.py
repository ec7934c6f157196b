"""What decides, beside the rows, what readers see: views, functions, grants, roles; and the program that makes them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from cakupan import settings
from cakupan.ledger import digests
from cakupan.ledger.catalogue import STATEMENT

DEFINITIONS = "definitions"
"""What the record calls them."""
FORM = 2
"""Of what is asked: digests that earlier versions made are of less, and none of them is held against this."""

_SOURCES = (settings.FEEDS, settings.EXPECTATIONS, settings.DBT_PROJECT, settings.DAGS, Path(__file__).parents[1])
_LOCK = settings.PROJECT / "requirements.lock"
_SBOM = settings.PROJECT / "sbom.cdx.json"
_MADE = {"__pycache__", "target", "logs"}
"""Folders that the program writes into its own."""


def definitions() -> sql.Composed:
    """Return the query of what decides what readers see, a row for each object: its name and how it is defined."""
    return sql.SQL("select object, definition from ({}) as said (object, definition)").format(sql.SQL(STATEMENT))


def digest_of_definitions(connection: Connection[Any]) -> digests.Digest:
    """Return the digest of the definitions as they are, in the caller's transaction."""
    return digests.digest(connection, definitions())


def facts_of(digest: digests.Digest) -> dict[str, Any]:
    """Return the digest of definitions as the record says it."""
    return {**digest.facts(), "form": FORM}


def is_on_record(connection: Connection[Any]) -> bool:
    """Tell whether the newest publication recorded definitions as they are asked for now; of others nothing is read."""
    (form,) = connection.execute(
        "select body::jsonb -> 'standing' -> %s ->> 'form' from ledger.entry where kind = 'publication'"
        " order by entry_no desc limit 1",
        (DEFINITIONS,),
    ).fetchone() or (None,)
    return bool(form == str(FORM))


def program() -> dict[str, str]:
    """Return hashes of the files that make the marts, by folder, and of the lists of what they are run with."""
    return {source.name: _hash_of(source) for source in (*_SOURCES, _LOCK, _SBOM)}


def _hash_of(source: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
        within = path.relative_to(settings.PROJECT)
        if path.is_file() and not _MADE & set(within.parts):
            digest.update(f"{within.as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
