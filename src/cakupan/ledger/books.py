"""The books of the warehouse: what its own tables say, beside the rows that agencies deliver and nights publish.

Each seal enters a digest of what came into each book since the seal before, so that its cost is that of the news. Which
rows are news their own clock says: from one moment, `to`, up to the next. A book that somebody is writing to at the
moment waits for the next seal: its newest rows may not be seen yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from psycopg import Connection, sql

from cakupan.ledger import copied, digests
from cakupan.ledger.digests import Digest
from cakupan.ledger.entries import append

BOOKS_OF_ENTRIES = "books"
"""The kind of their entries."""

_UNDER_WAY = (
    "case when b.state in ('BUILDING', 'BUILT') and b.run_id in (select run_id from ledger.build)"
    " and b.run_id not in (select run_id from ledger.publication)"
    " then null else coalesce(b.finished_at, b.started_at) end"
)
_OF_VALIDATION = ("ledger.validation", "validation_id")


@dataclass(frozen=True)
class Book:
    """One table; `b` is a row of it in SQL, `p` that of its `parent`."""

    name: str
    key: tuple[str, ...]
    """What names a row."""
    at: str
    """Since when a row is what it is; null while it is still being written."""
    parent: tuple[str, str] | None = None
    """The table whose rows say since when, and the column they share."""
    moves: bool = False
    """Whether a row may rightly become another: then it says a later time."""
    goes: bool = False
    """Whether a row may rightly be taken out."""
    excused: str = "false"
    """Which rows may be other than they were though they say no later time: what is left of erased ones."""
    private: bool = False
    """Whether nothing but the key of a row may be kept outside the database."""
    without: frozenset[str] = frozenset()
    """Columns that no digest covers; docs/verifying.md says why of each."""


_ERASED = "b.{} in (select token from identity.erased)"
BOOKS = (
    Book("ledger.migration", ("migration_no",), "b.applied_at"),
    Book("ledger.feed", ("agency", "feed"), "b.declared_at", moves=True),
    Book("ledger.city", ("name",), "b.noted_at"),
    Book(
        "ledger.seen", ("agency", "feed", "business_date", "original_name"), "b.seen_at", moves=True
    ),
    Book("ledger.ignored", ("agency", "feed", "name"), "b.last_seen_at", moves=True, goes=True),
    Book("ledger.asked", ("agency", "feed", "as_of_date"), "b.asked_at", moves=True),
    Book("ledger.landing", ("delivery_id",), "b.landed_at", moves=True, without=frozenset({"declaration"})),
    Book("ledger.validation", ("validation_id",), "b.validated_at"),
    Book("ledger.run", ("run_id",), _UNDER_WAY, moves=True, without=frozenset({"held_until"})),
    Book("ledger.publication", ("publication_id",), "b.published_at"),
    Book("ledger.reference", ("loaded_at",), "b.loaded_at"),
    Book("ledger.failure", ("failed_at", "task"), "b.failed_at"),
    Book("ledger.notification", ("notification_id",), "b.noted_at", moves=True),
    Book("ledger.correction", ("delivery_id",), "b.corrected_at"),
    Book(
        "ledger.dropped_landing", ("delivery_id", "dropped_at"), "coalesce(b.landed_again_at, b.dropped_at)", moves=True
    ),
    Book("ledger.written", ("path",), "coalesce(b.removed_at, b.written_at)", moves=True),
    Book("ledger.row_reference_key", ("only_row",), "'epoch'::timestamptz", private=True),
    Book("identity.worker", ("worker_key",), "b.added_at", excused=_ERASED.format("nik"), private=True),
    Book("identity.membership", ("membership_key",), "b.added_at", excused=_ERASED.format("kpj"), private=True),
    Book("identity.key", ("key_no",), "b.made_at"),
    Book("identity.erased", ("token",), "b.erased_at", private=True),
    Book("identity.registered", ("validation_id",), "b.registered_at"),
    Book("identity.looked_through", ("validation_id",), "b.looked_at"),
    Book("quality.rule_result", ("validation_id", "rule_id"), "p.validated_at", _OF_VALIDATION),
    Book("quality.remark", ("validation_id", "remark_code", "column_name", "value"), "p.validated_at", _OF_VALIDATION),
    Book("quality.dropped_funding_source", ("validation_id", "value"), "b.noted_at"),
    Book("disclosure.judgement", ("run_id",), "b.judged_at"),
    Book(
        "disclosure.cell", ("run_id", "relation", "measure", "cell"), "p.judged_at", ("disclosure.judgement", "run_id")
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What came into a book between two seals, as an entry says it."""

    book: Book
    columns: tuple[str, ...]
    since: datetime | None
    to: datetime
    digest: Digest

    @property
    def statement(self) -> sql.Composed:
        """The query of the rows."""
        return _news(self.book, self.columns, self.since, self.to)

    @property
    def number(self) -> int:
        """Under which number its marks are kept: those of all books that were digested up to the same moment."""
        return number_of(self.to)


class Keeper(Protocol):
    """Keeps something of every part while it is read."""

    def part(self, name: str, kept: int | None = None, key: int = 0) -> AbstractContextManager[digests.Keep]:
        """Return what takes the rows of the part of this name."""


class NewKeeper(Protocol):
    """Makes a keeper, under a number."""

    def __call__(self, number: int) -> AbstractContextManager[Any]:
        """Return a keeper that keeps nothing until its `keep` is called."""


def number_of(to: datetime) -> int:
    """Return the microseconds until then: the number of what is kept up to that moment."""
    return int(to.timestamp()) * 1_000_000 + to.microsecond


def parts(entries: Iterable[Mapping[str, Any]]) -> dict[str, list[Part]]:
    """Return what entries say of each book that there is, oldest first, from where it was begun anew."""
    known = {book.name: book for book in BOOKS}
    found: dict[str, list[Part]] = {}
    for facts in entries:
        to = datetime.fromisoformat(facts["to"])
        for name, said in facts["parts"].items():
            if name in known:
                since = said["since"] and datetime.fromisoformat(said["since"])
                part = Part(known[name], tuple(said["columns"]), since, to, Digest.from_facts(said))
                found[name] = [*(found.get(name, []) if since else []), part]
    return found


def enter_books(
    connection: Connection[Any],
    known: Mapping[str, Sequence[Part]],
    new_keeper: NewKeeper,
    accepted: Mapping[str, Any] | None = None,
) -> set[str]:
    """Enter digests of what came into the books since `known`; returns those digested, none where nothing came.

    A book that is not known is begun anew. `accepted` says who answers for that, where it differed. The caller commits.
    Raises OSError when what names an alteration cannot be kept.
    """
    (to,) = connection.execute("select clock_timestamp()").fetchone() or (datetime.now(UTC),)
    busy = _busy(connection)
    said: dict[str, dict[str, Any]] = {}
    with new_keeper(number_of(to)) as keeper:
        for book in BOOKS:
            if busy & {book.name, *(book.parent or ())[:1]}:
                continue
            since = known[book.name][-1].to if book.name in known else None
            columns = columns_of(connection, book)
            with keeper.part(book.name, kept_of(book, columns), len(book.key)) as keep:
                digest = digests.digest(connection, _news(book, columns, since, to), keep)
            said[book.name] = {**digest.facts(), "columns": columns, "since": since}
        if not any(each["rows"] for each in said.values()) and not accepted:
            return set()
        append(connection, BOOKS_OF_ENTRIES, {"to": to, "parts": said, **(accepted or {})})
        keeper.keep()
    return set(said)


def kept_of(book: Book, columns: Sequence[str]) -> int:
    """Return how many cells of each row may be kept outside the database, to name an altered one."""
    return len(book.key) if book.private else len(columns)


def columns_of(connection: Connection[Any], book: Book) -> list[str]:
    """Return the columns of a book that are digested: its key, and the others in the order of the alphabet."""
    there = digests.table_columns(connection, *book.name.split("."))
    return [*book.key, *sorted(set(there) - {*book.key, *book.without})]


def rows(
    connection: Connection[Any], book: Book, columns: Sequence[str], moments: Sequence[datetime]
) -> Iterator[tuple[int, bool, bytes]]:
    """Read the rows of a book in the order of the moments up to which they came: the number of that moment, whether
    the row is excused, and its line. What came after the last moment, or is being written, is not read."""
    place = _place(book, moments)
    statement = sql.SQL(
        "select * from (select {} as place, {} as excused, {} from {}) as r where place < {} order by 1"
    )
    found = statement.format(
        place, sql.SQL(book.excused), _listed(columns), _table(book), sql.Literal(len(moments))
    )  # fmt: skip
    copied.spell(connection)
    for line in copied.lines(connection, found):
        number, excused, rest = line.split(b"\t", 2)
        yield int(number), excused == b"t", rest


def keys_since(connection: Connection[Any], book: Book, moments: Sequence[datetime]) -> dict[bytes, int]:
    """Return the keys that stand in a book, as COPY writes them, each with the place of its newest row among moments;
    of a row that is being written, the last."""
    statement = sql.SQL("select coalesce({}, {}), {} from {} order by 1").format(
        _place(book, moments), sql.Literal(len(moments)), _listed(book.key), _table(book)
    )
    copied.spell(connection)
    split = (line.split(b"\t", 1) for line in copied.lines(connection, statement))
    return {key: int(place) for place, key in split}


def _busy(connection: Connection[Any]) -> set[str]:
    """Return the books, or their parents, that others are writing to and have not committed."""
    names = sorted({name for book in BOOKS for name in (book.name, *(book.parent or ())[:1])})
    found = connection.execute(
        "select name from unnest(%s::text[]) as name where exists (select from pg_locks as l"
        " where l.locktype = 'relation' and l.relation = to_regclass(name) and l.pid <> pg_backend_pid()"
        " and l.database = (select oid from pg_database where datname = current_database())"
        " and l.mode not in ('AccessShareLock', 'RowShareLock', 'ShareUpdateExclusiveLock', 'ShareLock'))",
        (names,),
    )
    return {name for (name,) in found}


def _news(book: Book, columns: Sequence[str], since: datetime | None, to: datetime) -> sql.Composed:
    at = sql.SQL(_at(book))
    return sql.SQL("select {} from {} where {} < {} and {} >= {}").format(
        _listed(columns), _table(book), at, sql.Literal(to), at, sql.Literal(since or "-infinity")
    )


def _place(book: Book, moments: Sequence[datetime]) -> sql.Composed:
    return sql.SQL("width_bucket({}, {}::timestamptz[])").format(sql.SQL(_at(book)), sql.Literal(list(moments)))


def _at(book: Book) -> str:
    """Return SQL for since when a row is what it is; one without its parent is older than anything."""
    return f"coalesce({book.at}, '-infinity'::timestamptz)" if book.parent else book.at


def _table(book: Book) -> sql.Composed:
    table = sql.SQL("{} as b").format(sql.Identifier(*book.name.split(".")))
    if book.parent is None:
        return table
    name, column = book.parent
    return sql.SQL("{} left join {} as p using ({})").format(
        table, sql.Identifier(*name.split(".")), sql.Identifier(column)
    )


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("b", name) for name in columns)
