"""Marking: marks are made of what was recorded and has none, while its rows are still those that were recorded."""

from __future__ import annotations

import itertools
from typing import Any

import psycopg
from psycopg import Connection, sql

from cakupan.audit.folder import Folder
from cakupan.audit.marks import PartWriter
from cakupan.ledger import books, digests, publications
from cakupan.ledger.books import BOOKS_OF_ENTRIES
from cakupan.ledger.entries import Entry, read_entries

DECISIONS = "decisions"


def write_marks(connection: Connection[Any], folder: Folder, size: int) -> None:
    """Mark what the first `size` entries recorded and has no mark yet: looked for among all where one was lost."""
    start = folder.marked()
    if start > size:  # of another record
        start = 0
    runs = connection.execute("select run_id from ledger.publication").fetchall()
    if not start or not {run_id for (run_id,) in runs} <= folder.marks_of("runs"):
        _mark_publications(connection, folder)
    _mark_books(connection, folder)
    for entry in itertools.islice(read_entries(connection, start), size - start):
        _mark_decisions(connection, folder, entry)
    folder.note_marked(size)


def _mark_publications(connection: Connection[Any], folder: Folder) -> None:
    for publication in publications.publications(connection):
        if not folder.marks_path("runs", publication.run_id).exists():
            with folder.new_marks("runs", publication.run_id) as marks:
                for part in publication.parts():
                    if part.digest.rows:
                        with marks.part(part.name) as writer:
                            _read_part(connection, part.statement, part.digest, writer)
                marks.keep()


def _mark_decisions(connection: Connection[Any], folder: Folder, entry: Entry) -> None:
    facts = entry.facts
    if facts.get("kind") != "validation" or not facts.get("decisions", {}).get("rows"):
        return
    number = facts["validation_id"]
    if not folder.marks_path("validations", number).exists():
        statement = digests.decisions(f"{facts['agency']}_{facts['feed']}", number, facts["columns"])
        digest = digests.Digest.from_facts(facts["decisions"])
        with folder.new_marks("validations", number) as marks:
            with marks.part(DECISIONS, kept=len(digests.DECIDED), key=len(digests.ADDRESS)) as writer:
                _read_part(connection, statement, digest, writer)
            marks.keep()


def _mark_books(connection: Connection[Any], folder: Folder) -> None:
    """Mark again what came into the books, where the marks were lost."""
    said = (entry.facts for entry in read_entries(connection, kind=BOOKS_OF_ENTRIES))
    ordered = sorted((part for each in books.parts(said).values() for part in each), key=lambda part: part.number)
    for number, parts in itertools.groupby(ordered, key=lambda part: part.number):
        if not folder.marks_path("books", number).exists():
            with folder.new_marks("books", number) as marks:
                for part in parts:
                    with marks.part(
                        part.book.name, books.kept_of(part.book, part.columns), len(part.book.key)
                    ) as writer:
                        _read_part(connection, part.statement, part.digest, writer)
                marks.keep()


def _read_part(
    connection: Connection[Any], statement: sql.Composed, recorded: digests.Digest, part: PartWriter
) -> None:
    """Have the marks of a query's rows written, unless these are no longer those that were recorded."""
    try:
        with connection.transaction():
            found = digests.digest(connection, statement, part)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):  # there then, gone since
        found = None
    if found != recorded:
        part.discard()
