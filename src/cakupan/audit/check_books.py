"""The books of the warehouse held against the record: which row of its own tables is not what a seal found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Any

from psycopg import Connection

from cakupan import settings
from cakupan.audit.areas import Area, Changes
from cakupan.audit.differences import LISTED, NO_ROW_DIFFERS
from cakupan.audit.folder import Folder
from cakupan.audit.marks import Marks, mark
from cakupan.audit.record import Record, read_record
from cakupan.feeds import load_feeds
from cakupan.ledger import books, copied, digests, merkle
from cakupan.ledger.books import BOOKS_OF_ENTRIES, Book, Part
from cakupan.ledger.definitions import program
from cakupan.ledger.digests import Digest, KeyedLeaves
from cakupan.ledger.feeds import declared
from cakupan.ledger.sorted_hashes import SortedHashes

Row = tuple[bytes, ...]
"""The cells of a row as COPY writes them."""


def check_books(connection: Connection[Any], record: Record, folder: Folder, area: Area, on: date | None) -> None:
    """Name in `area` the rows of the books that are not those which seals have found; with `on`, of the last seal only.

    `connection` is the loader's, who may read all of them.
    """
    known = books.parts(record.of(BOOKS_OF_ENTRIES))
    if not known:
        area.notes.append("no seal was made yet by a version that records the books")
        return
    count = 0
    for parts in known.values():
        with connection.transaction():
            count += _check(connection, folder, area, parts, last=on is not None)
    with connection.transaction():
        _check_feeds(connection, record, area)
    last = max(part.to for parts in known.values() for part in parts)
    area.checked = f"{len(known)} books, {count} rows up to {last:%Y-%m-%d %H:%M} UTC"


def accept(connection: Connection[Any], folder: Folder, by: str, why: str) -> set[str]:
    """Enter that a person answers for the books that differ, which are begun anew as they are; returns their names.

    What an entry of the record says of a row is not accepted with it. Raises ValueError where nobody is named, where a
    book is not there as it was made, and where somebody is writing to one of them.
    """
    if not by.strip() or not why.strip():
        raise ValueError("who accepts a change names themselves and the grounds")
    with folder.alone(), connection.transaction():
        known = books.parts(read_record(connection, folder, Area("ledger")).of(BOOKS_OF_ENTRIES))
        found = {name: Area(name) for name in known}
        for name, parts in known.items():
            _check(connection, folder, found[name], parts, last=False)
        differing = {name for name, area in found.items() if area.alterations}
        if gone := sorted(name for name in differing if _gone(connection, known[name])):
            raise ValueError(
                f"{', '.join(gone)}: what was taken out of the table itself cannot be accepted; restore it"
            )
        if differing:
            said = {"by": by.strip(), "why": why.strip(), "accepts": sorted(differing)}
            kept = {name: parts for name, parts in known.items() if name not in differing}
            entered = books.enter_books(connection, kept, lambda number: folder.new_marks("books", number), said)
            if waiting := sorted(differing - entered):
                raise ValueError(f"{', '.join(waiting)}: somebody is writing to it. Try again when that is done")
    return differing


def _gone(connection: Connection[Any], parts: Sequence[Part]) -> str:
    """Say which columns of a book are gone; nothing where all are there."""
    columns = digests.table_columns(connection, *parts[0].book.name.split("."))
    gone = sorted({column for part in parts for column in part.columns} - set(columns))
    return "" if not gone else f"its columns {', '.join(gone)} are gone" if columns else "the table is gone"


def _check(connection: Connection[Any], folder: Folder, area: Area, parts: Sequence[Part], *, last: bool) -> int:
    """Hold the parts of one book against their digests; returns how many rows they have."""
    book, moments = parts[0].book, [part.to for part in parts]
    if gone := _gone(connection, parts):
        area.altered(book.name, gone)
        return 0
    looked_at = range(len(parts) - 1 if last else 0, len(parts))
    differing: list[int] = []
    for columns in dict.fromkeys(parts[place].columns for place in looked_at):
        found = _digests(connection, book, columns, moments)
        alike = [place for place in looked_at if parts[place].columns == columns]
        differing += [place for place in alike if found.get(place, Digest(0, merkle.EMPTY_ROOT)) != parts[place].digest]
    if differing:
        comparison = _Comparison(connection, book, moments)
        for place in differing:
            changes = comparison.changes(parts[place], place, folder)
            if changes is None:
                area.notes.append(
                    f"{book.name}: rows up to {moments[place]:%Y-%m-%d %H:%M} UTC may have changed rightly or not: no"
                    " marks were kept of them"
                )
            elif changes:
                area.altered(book.name, changes)
    return sum(parts[place].digest.rows for place in looked_at)


def _digests(
    connection: Connection[Any], book: Book, columns: Sequence[str], moments: Sequence[Any]
) -> dict[int, Digest]:
    """Compute the digest of each part of a book, in one reading."""
    keyed, found = KeyedLeaves(), {}
    for place, lines in groupby(books.rows(connection, book, columns, moments), key=lambda row: row[0]):
        leaves, count = SortedHashes(), 0
        while some := [line for _, _, line in islice(lines, copied.BLOCK_ROWS)]:
            leaves.add(keyed.of(some))
            count += len(some)
        found[place] = Digest(count, merkle.root(leaves))
    return found


class _Comparison:
    """One book row by row, against the marks that were kept of its parts."""

    def __init__(self, connection: Connection[Any], book: Book, moments: Sequence[Any]) -> None:
        self._connection, self._book, self._moments = connection, book, moments
        self._newest = books.keys_since(connection, book, moments) if book.moves else {}

    def changes(self, part: Part, place: int, folder: Folder) -> Changes | None:
        """Name what is in a part and was not, and what was and has not rightly become something else since.

        None where that cannot be told for want of marks.
        """
        marks = folder.marks("books", part.number).get(part.book.name)
        if marks is None and part.digest.rows:
            if self._book.moves or self._book.goes:
                return None
            return Changes(
                ["differs from what was recorded; no marks were kept of its rows, so that none can be named"]
            )
        was = _kept(marks)
        new: list[Row] = []
        given = KeyedLeaves()
        excused: set[Row] = set()
        found = books.rows(self._connection, self._book, part.columns, self._moments)
        for _, is_excused, line in (row for row in found if row[0] == place):
            same = was.get(mark(given.of([line])[0]))
            if same:
                same.pop()
            elif is_excused:
                excused.add(self._key(tuple(line.split(b"\t"))))
            else:
                new.append(tuple(line.split(b"\t")))
        gone = [cells for rows in was.values() for cells in rows if not self._is_rightly_gone(cells, place, excused)]
        said = list(self._worded(part, new, gone))
        if not said and len(excused) > sum(map(len, was.values())):
            said = [NO_ROW_DIFFERS]
        return Changes(said[:LISTED], max(0, len(said) - LISTED))

    def _key(self, cells: Row) -> Row:
        return cells[: len(self._book.key)]

    def _is_rightly_gone(self, cells: Row, place: int, excused: set[Row]) -> bool:
        key = self._key(cells)
        return self._book.goes or key in excused or self._newest.get(b"\t".join(key), -1) > place

    def _worded(self, part: Part, new: Sequence[Row], gone: Sequence[Row]) -> Iterator[str]:
        before = defaultdict(list)
        for cells in gone:
            before[self._key(cells)].append(cells)
        for cells in new:
            was = before[self._key(cells)]
            yield f"altered: {_row(part, cells, was.pop())}" if was else f"added: {_row(part, cells)}"
        for rows in before.values():
            yield from (f"removed: {_row(part, cells)}" for cells in rows)


def _kept(marks: Marks | None) -> dict[bytes, list[Row]]:
    """Return the rows that were kept, by mark; equal ones stand under one."""
    was: dict[bytes, list[Row]] = defaultdict(list)
    for each, line in marks.rows() if marks else ():
        was[each].append(tuple(line.split(b"\t")))
    return was


def _row(part: Part, cells: Row, was: Row | None = None) -> str:
    """Name a row by its key, and the cells that are not what they were."""
    key = len(part.book.key)
    named = ", ".join(f"{name}={_said(cell)}" for name, cell in zip(part.book.key, cells[:key], strict=False))
    if was is None:
        return named
    if part.book.private:
        return f"{named}: a cell that is kept nowhere else"
    changed = [
        f"{name} was {_said(then)}, is {_said(now)}"
        for name, then, now in zip(part.columns, was, cells, strict=True)
        if then != now
    ]
    return f"{named}: {'; '.join(changed)}"


def _said(cell: bytes) -> str:
    (text,) = copied.cells(cell)
    if text is None:
        return "nothing"
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _check_feeds(connection: Connection[Any], record: Record, area: Area) -> None:
    """Hold the feeds against their declarations, unless these are no longer those of the newest published night."""
    night = list(record.of("publication"))
    if not night or night[-1].get("program", {}).get(settings.FEEDS.name) != program().get(settings.FEEDS.name):
        return
    known = declared(connection)
    for feed in load_feeds(settings.FEEDS):
        said = (feed.title, feed.owner, feed.cadence)
        if (now := known.get((feed.agency, feed.feed))) not in (said, None):
            area.altered("ledger.feed", f"{feed.name} is {now}, and declared as {said}")
