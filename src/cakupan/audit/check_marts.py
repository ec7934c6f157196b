"""Published figures held against the record, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import Connection, sql

from cakupan.audit.areas import Area, Changes
from cakupan.audit.differences import NO_ROW_DIFFERS, Cells, name_differences
from cakupan.audit.folder import Folder
from cakupan.audit.marks import Marks
from cakupan.audit.record import Record
from cakupan.ledger import digests
from cakupan.ledger.definitions import DEFINITIONS, program
from cakupan.ledger.publications import SAID, Part, Publication, relations, stored_counts
from cakupan.ledger.runs import inputs_of

LISTS = "warehouse.rows_of_run"
REFERENCE = "reference."
NAMED = 6
"""Cells by which a row is named."""
UNTOLD = ("run_id", "validation_id", "evidence")


def check_marts(connection: Connection[Any], record: Record, folder: Folder, area: Area, on: date | None) -> None:
    """Hold what each publication showed against its digests, and name the rows that differ."""
    publications = [Publication(facts) for facts in record.of("publication")]
    newest = publications[-1] if publications else None
    standing = _standing(connection, newest, area)
    # A night of the same program builds no reference data anew.
    referred = newest if newest and newest.facts.get("program") == program() else standing
    of_night = [each for each in publications if on is None or each.facts["as_of_date"] == on.isoformat()]
    parts = []
    for publication in of_night:
        for part in publication.parts():
            stands = referred if part.relation.startswith(REFERENCE) else standing
            if part.relation != DEFINITIONS and (part.by is not None or publication is stands):
                parts.append((publication, part))
    still_empty = _still_empty(connection, [part for _, part in parts])
    for publication, part in parts:
        if not part.digest.rows and (part.relation, part.number) in still_empty:
            continue
        if changes := _check(connection, folder, publication, part):
            area.altered(f"{part.name}, night of {publication.facts['as_of_date']}, run {publication.run_id}", changes)
    if on is None:
        _check_strangers(connection, publications, area)
        _check_nights_in_full(connection, publications, area)
    rows = sum(part.digest.rows for _, part in parts)
    area.checked = f"{len(publications)} publications, {len(parts)} parts, {rows} rows"


def _standing(connection: Connection[Any], newest: Publication | None, area: Area) -> Publication | None:
    """Return the publication whose tables stand: the newest, until a new night is being built."""
    (building,) = connection.execute("select max(run_id) from ledger.build").fetchone() or (None,)
    if newest and building != newest.run_id:
        area.not_compared.append(
            f"run {building} is being built, or was left unfinished: tables that it builds anew were not compared"
        )
        return None
    return newest


def _still_empty(connection: Connection[Any], parts: Sequence[Part]) -> set[tuple[str, int | None]]:
    """Find parts of validations that had no row and have none, which are nearly all: asked once for each relation."""
    empty: dict[str, list[Part]] = {}
    for part in parts:
        if part.by == "validation_id" and part.columns and not part.digest.rows:
            empty.setdefault(part.relation, []).append(part)
    found: set[tuple[str, int | None]] = set()
    for relation, had_none in empty.items():
        there = set(digests.table_columns(connection, *relation.split(".", 1)))
        numbers = {part.number for part in had_none if part.number is not None and there.issuperset(part.columns)}
        if numbers:
            have_rows = stored_counts(connection, relation, numbers).keys()
            found |= {(relation, number) for number in numbers - have_rows}
    return found


def _check(connection: Connection[Any], folder: Folder, publication: Publication, part: Part) -> Changes:
    """Tell what differs in one part."""
    if part.relation not in SAID:
        columns = digests.table_columns(connection, *part.relation.split(".", 1))
        if missing := [name for name in part.columns if name not in columns]:
            return Changes([f"its columns {', '.join(missing)} are gone" if columns else "the table is gone"])
        if not part.columns:
            return Changes(["the entry does not name its columns; it was not made by the warehouse"])
    with connection.transaction():
        if digests.is_digest(connection, part.statement, part.digest):
            return Changes()
        kept = folder.marks("runs", publication.run_id)
        marks = kept.get(part.name) if part.digest.rows else Marks.none(part.name)
        differences = name_differences(connection, part.statement, marks, lambda now, was: _row(part, now, was))
        return differences or Changes([NO_ROW_DIFFERS])


def _check_strangers(connection: Connection[Any], publications: Sequence[Publication], area: Area) -> None:
    """Find rows of runs that were never recorded as published, but are shown as if they were."""
    known = {publication.run_id for publication in publications}
    for relation in relations(connection):
        recorded = {int(v) for p in publications for v in p.facts["facts"].get(relation.name, {})}
        if relation.by != "validation_id" or not recorded:
            continue
        unknown = inputs_of(connection, list(known)) - recorded
        for number, count in stored_counts(connection, relation.name, unknown).items():
            area.altered(f"{relation.name} of validation {number}", f"{count} rows were added after it was published")


def _check_nights_in_full(connection: Connection[Any], publications: Sequence[Publication], area: Area) -> None:
    """Find lists that do not name all rows of a night that was published before there were lists."""
    for publication in publications:
        if LISTS in publication.facts["relations"]:
            continue
        for name in publication.facts["relations"]:
            if not digests.table_columns(connection, *name.replace(".", ".history_", 1).split(".", 1)):
                continue
            whole = sql.SQL(
                "select (select rows from warehouse.rows_of_run where run_id = %(run)s and relation = %(name)s)"
                " is not distinct from (select range_agg(int8range(row_id, row_id + 1)) from {} where run_id = %(run)s)"
            ).format(sql.Identifier(*name.split(".", 1)))
            found = connection.execute(whole, {"run": publication.run_id, "name": name.split(".", 1)[1]}).fetchone()
            if found == (False,):
                area.altered(f"{LISTS} of {name}, run {publication.run_id}", "it does not list the rows of the night")


def _row(part: Part, now: Cells, was: Cells | None) -> str:
    """Name a row by its first cells, and the cells that are not what they were."""
    if was is None or was is now or len(was) < len(part.columns):
        return _named(part, now)
    changed = [
        f"{name} was {_short(then)}, is {_short(cell)}"
        for name, then, cell in zip(part.columns, was, now, strict=True)
        if then != cell
    ]
    return f"{_named(part, was)}: {'; '.join(changed)}"


def _named(part: Part, cells: Cells) -> str:
    named = [
        f"{name}={_short(cell)}"
        for name, cell in zip(part.columns, cells, strict=False)
        if cell is not None and name not in UNTOLD
    ]
    return ", ".join(named[:NAMED])


def _short(cell: str | None) -> str:
    if cell is None:
        return "nothing"
    return repr(cell) if len(cell) <= 60 else repr(cell[:57] + "…")
