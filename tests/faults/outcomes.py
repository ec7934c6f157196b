"""What a night came to, and what differs between two outcomes."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from cakupan import settings
from cakupan.audit.verifying import verify
from cakupan.database import Role, connect
from tests.warehouse.marts_as_json import actual

KEPT = ("archive", "ledger", "outbox", "dashboard", "reports")
"""What a night leaves in the state folder."""
TOLD = ("outbox", "dashboard", "reports")
"""What of that is read by people."""
MOMENTS = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d[:.]\d\d(?:[:.]\d\d)?|\b\d\d[.:]\d\d(?:[.:]\d\d)?\b")
NUMBERS = re.compile(rb"(?:nomor kiriman|kiriman nomor|[Dd]elivery|release) \d+")
"""Of deliveries in letters: what is rolled back, and a server that crashes, use numbers up."""
TOLD_APART = re.compile(r"-[0-9a-f]{8}(?=[-.])")
"""In the name of a letter, by which one of other topics does not take its place; topics hold moments."""
LEDGER = """
    select agency, feed, business_date::text, delivery_status, reason_code,
        delivered_rows, accepted_rows, quarantined_rows, duplicate_rows
    from ledger.current_validation order by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
SET_ASIDE = """
    select d.business_date::text, q.sheet, q.row_number, q.verdict, q.rules::text
    from {} as q join ledger.current_validation as d using (validation_id) order by 1, 2, 3
"""
LANDED = """
    select d.business_date::text, d.sha256, l.sheet, l.row_number
    from {} as l join ledger.delivery as d using (delivery_id) order by 1, 2, 3, 4
"""


def outcome(as_of: date) -> dict[str, Any]:
    """Return figures, decisions, rows landed and set aside, persons, bytes, pages, and what verification says."""
    with connect(Role.ADMIN) as connection:
        database = {
            "marts": json.loads(json.dumps(actual(connection, as_of), default=str, sort_keys=True)),
            "quarantine": _of_each_table(connection, "quarantine", SET_ASIDE),
            "landing": _of_each_table(connection, "landing", LANDED),
            "ledger": connection.execute(LEDGER).fetchall(),
            "published": connection.execute("select as_of_date::text from ledger.published order by 1").fetchall(),
            "persons": connection.execute("select nik from identity.worker order by 1").fetchall(),
        }
    areas = verify()
    return database | {
        "archive": _contents(settings.archive_root()),
        "pages": {name: _contents(settings.home() / name) for name in TOLD},
        "altered": [line for area in areas for line in area.alterations],
        "not on record": [line for area in areas for line in area.notes],
    }


def _of_each_table(connection: psycopg.Connection, schema: str, query: str) -> dict[str, list[Any]]:
    tables = connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema = %s and table_type = 'BASE TABLE' order by 1",
        (schema,),
    ).fetchall()
    return {
        table: connection.execute(sql.SQL(query).format(sql.Identifier(schema, table))).fetchall()  # type: ignore[arg-type]
        for (table,) in tables
    }


def _contents(folder: Path) -> list[tuple[str, str]]:
    """List files with a hash of their text; workbooks and PDFs, in which it is packed, by name.

    Drafts that a killed step left, which are hidden, are none of them.
    """
    return sorted(
        (
            TOLD_APART.sub("", str(path.relative_to(folder))),
            "" if path.suffix in (".xlsx", ".pdf") else _hash(path),
        )
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def _hash(path: Path) -> str:
    """Hash what a file says, without what no two nights say alike."""
    return hashlib.sha256(NUMBERS.sub(b"", MOMENTS.sub(b"", path.read_bytes()))).hexdigest()


def compared(right: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Name what is not as it should be."""
    return [f"{name}: {_difference(right[name], found[name])}" for name in right if right[name] != found[name]]


def _difference(right: Any, found: Any) -> str:
    if isinstance(right, dict) and isinstance(found, dict):
        return "; ".join(
            f"{key}: {_difference(right.get(key), found.get(key))}"
            for key in right | found
            if right.get(key) != found.get(key)
        )
    if isinstance(right, list) and isinstance(found, list):
        lacking, more = [x for x in right if x not in found], [x for x in found if x not in right]
        return f"{len(right)} became {len(found)}, without {lacking[:2]}, with {more[:2]}"
    return f"{str(right)[:200]} became {str(found)[:200]}"
