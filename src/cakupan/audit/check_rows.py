"""Archived bytes, landed rows and decisions held against the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Connection, sql

from cakupan.audit.areas import Area
from cakupan.audit.differences import NO_ROW_DIFFERS, Cells, name_differences
from cakupan.audit.folder import Folder
from cakupan.audit.locating import locate
from cakupan.audit.marking import DECISIONS
from cakupan.audit.marks import Marks
from cakupan.audit.record import Record
from cakupan.landing.archive import Archive
from cakupan.landing.cache import gives_again, what_is_wrong
from cakupan.ledger import digests
from cakupan.ledger.as_recorded import count_landed, is_as_recorded
from cakupan.ledger.destroyed import KIND
from cakupan.ledger.erased import substitutes
from cakupan.ledger.landings import dropped

if TYPE_CHECKING:
    from cakupan.landing.archive_store import StoredArchive

Facts = dict[str, Any]


def check_archive(record: Record, archive: Archive | StoredArchive, area: Area, on: date | None) -> set[str]:
    """Read every archived delivery; returns the SHA-256 names whose bytes are not there as they were received."""
    gone = _destroyed(record)
    deliveries = [facts for facts in _of_date(record.of("delivery"), on) if facts["delivery_id"] not in gone]
    read: dict[str, str | None] = {}
    size = 0
    for facts in deliveries:
        name = facts["sha256"]
        if name not in read:
            read[name] = what_is_wrong(archive, name)
            size += facts["size_bytes"]
        if wrong := read[name]:
            where = f"delivery {facts['delivery_id']}, {facts['agency']}.{facts['feed']} of {facts['business_date']}"
            area.altered(archive.where(name), f"{wrong} ({where}, received as {facts['original_name']!r})")
    area.checked = f"{len(deliveries)} deliveries, {len(read)} files, {size / 1e6:,.1f} MB read"
    if ended := _of_date(gone.values(), on):
        area.notes.append(
            f"{len(ended)} deliveries were destroyed when their retention ended: their files and rows are not there"
        )
    return {name for name, wrong in read.items() if wrong}


def check_landing(
    connection: Connection[Any], record: Record, lost_files: set[str], area: Area, on: date | None
) -> None:
    """Hold the landed rows of every validated delivery against its tree, and name the rows that differ.

    Of a delivery whose rows were dropped, those that its archived file gives.
    """
    validated: dict[int, list[Facts]] = {}
    for facts in _of_date(record.of("validation"), on):
        validated.setdefault(facts["delivery_id"], []).append(facts)
    gone, read_again, ended = set(dropped(connection)), 0, _destroyed(record)
    for number, recorded in validated.items():
        facts = recorded[-1]
        where = f"landing.{_table(facts)}, delivery {number}, {facts['agency']}.{facts['feed']} of {_night(facts)}"
        if number in ended:
            if rows := count_landed(connection, _table(facts), number):
                area.altered(where, f"{rows} rows are there, though it was destroyed")
            continue
        if number in gone:
            read_again += 1
            if wrong := _wrong_with_dropped(connection, facts, lost_files):
                area.altered(where, wrong)
            continue
        same = is_as_recorded(connection, facts)
        # Edited rows may pose as landed again and be validated anew: rows that changed are compared with the archive.
        if same and len({(each["rows_root"], *each["columns"]) for each in recorded}) == 1:
            continue
        changes = locate(connection, recorded, archived=facts["sha256"] not in lost_files)
        if changes:
            area.altered(where, changes)
        elif not same:
            area.notes.append(f"{where}: rows are not those recorded, but what the archived file gives now")
    _check_strangers(connection, record, area)
    count = sum(recorded[-1]["landed_rows"] for recorded in validated.values())
    area.checked = f"{len(validated)} deliveries, {count} rows"
    if read_again:
        area.checked += f"; {read_again} of the deliveries read again from the archive"


def _wrong_with_dropped(connection: Connection[Any], facts: Facts, lost_files: set[str]) -> str | None:
    """Tell what is wrong with a delivery whose landed rows were dropped."""
    if count := count_landed(connection, _table(facts), facts["delivery_id"]):
        return f"{count} rows are there, though they were dropped"
    if facts["sha256"] in lost_files:
        return "rows were dropped, and cannot be had again, as the archived file is altered"
    try:
        same = gives_again(connection, facts)
    except KeyError:
        return "rows were dropped, and cannot be had again, as the feed is declared no longer"
    return None if same else "rows were dropped, and the archived file read now gives other rows than it gave then"


def check_decisions(connection: Connection[Any], record: Record, folder: Folder, area: Area, on: date | None) -> None:
    """Hold the quarantine table's rows of every validation against their digest, and name those that differ."""
    gone = _destroyed(record)
    recorded = _of_date(record.of("validation"), on)
    count = 0
    for facts in recorded:
        number, decided = facts["validation_id"], digests.Digest.from_facts(facts["decisions"])
        count += decided.rows
        if not facts["columns"]:
            continue  # nothing landed, nothing was decided of its rows; strangers are looked for below
        where = f"quarantine.{_table(facts)}, validation {number} of delivery {facts['delivery_id']}"
        if facts["delivery_id"] in gone:
            if rows := _count_decided(connection, facts):
                area.altered(where, f"{rows} rows are there, though the delivery was destroyed")
            continue
        statement = digests.decisions(_table(facts), number, facts["columns"])
        with connection.transaction():
            erased = substitutes(connection, "decided", number)
            if not _is_there(connection, statement):
                area.altered(where, "the table, or a column of it, is gone")
                continue
            if digests.is_digest(connection, statement, decided, erased):
                continue
            marks = folder.marks("validations", number).get(DECISIONS)
            if marks is None and not decided.rows:
                marks = Marks.none(DECISIONS)
            changes = name_differences(connection, statement, marks, _decision, erased)
        area.altered(where, changes or NO_ROW_DIFFERS)
    _check_deliveries(connection, area)
    area.checked = f"{len(recorded)} validations, {count} rows set aside"


def _check_deliveries(connection: Connection[Any], area: Area) -> None:
    """Find rows set aside that are said to be of another delivery than their validation: an office sees its own."""
    tables = connection.execute("select tablename from pg_tables where schemaname = 'quarantine' order by 1").fetchall()
    for (table,) in tables:
        query = sql.SQL(
            "select validation_id, count(*) from {} as q left join ledger.validation as v using (validation_id)"
            " where q.delivery_id is distinct from v.delivery_id group by 1 order by 1"
        ).format(sql.Identifier("quarantine", table))
        for number, count in connection.execute(query).fetchall():
            area.altered(
                f"quarantine.{table}, validation {number}", f"{count} rows are not of the delivery that was validated"
            )


def _count_decided(connection: Connection[Any], facts: Facts) -> int:
    query = sql.SQL("select count(*) from {} where validation_id = %s").format(
        sql.Identifier("quarantine", _table(facts))
    )
    (count,) = connection.execute(query, (facts["validation_id"],)).fetchone() or (0,)
    return int(count)


def _is_there(connection: Connection[Any], statement: sql.Composed) -> bool:
    """Tell whether a query's table and columns exist."""
    try:
        with connection.transaction():
            connection.execute(sql.SQL("select from ({}) as rows limit 0").format(statement))
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return False
    return True


def _check_strangers(connection: Connection[Any], record: Record, area: Area) -> None:
    """Find rows of deliveries that nobody delivered."""
    known = {facts["delivery_id"] for facts in record.of("delivery")}
    known |= record.lost_numbers("delivery", "delivery_id")
    older = record.opening("last_delivery_id")
    tables = connection.execute("select tablename from pg_tables where schemaname = 'landing' order by 1").fetchall()
    for (table,) in tables:
        query = sql.SQL(
            "select delivery_id, count(*), min(row_number) from {} where delivery_id <> all(%s) and delivery_id > %s"
            " and delivery_id not in (select delivery_id from ledger.delivery) group by 1 order by 1"
        )
        found = connection.execute(query.format(sql.Identifier("landing", table)), (list(known), older))
        for number, count, first in found:
            changes = f"{count} rows of a delivery that was never received, the first of them row {first}"
            area.altered(f"landing.{table}, delivery {number}", changes)


def _decision(cells: Cells, before: Cells | None) -> str:
    """Spell out address, verdict and rules of a row; never its cells."""
    sheet, number, verdict, rules = cells[:4]
    place = f"{f'sheet {sheet!r}, ' if sheet else ''}row {number}"
    if before is None or before is cells:
        return f"{place}: {verdict} {rules}"
    if list(before[:4]) == list(cells[:4]):
        return f"{place}: {verdict} {rules}; its normalised cells are not those that were judged"
    return f"{place}: was {before[2]} {before[3]}, is {verdict} {rules}"


def _destroyed(record: Record) -> dict[int, Facts]:
    return {facts["delivery_id"]: facts for facts in record.of(KIND)}


def _of_date(facts: Iterable[Facts], on: date | None) -> list[Facts]:
    return [each for each in facts if on is None or each["business_date"] == on.isoformat()]


def _table(facts: Facts) -> str:
    return f"{facts['agency']}_{facts['feed']}"


def _night(facts: Facts) -> str:
    return str(facts["business_date"])
