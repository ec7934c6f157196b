"""Landed rows as a cache of the archive: dropped where the archived file gives them again, and landed again by need."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Connection, sql

from cakupan import settings
from cakupan.feeds import Feed, find_feed
from cakupan.files import open_plain
from cakupan.landing.archive import Archive, open_archive
from cakupan.landing.landing import fill
from cakupan.landing.refusals import Refused
from cakupan.landing.tables import landing_table, lock
from cakupan.ledger.as_recorded import is_as_recorded
from cakupan.ledger.destroyed import destroyed, enter_destroyed, enter_removed, removed_up_to
from cakupan.ledger.landings import dropped, landed_as, note_dropped, note_landed_again
from cakupan.ledger.validations import last_entry

if TYPE_CHECKING:
    from cakupan.landing.archive_store import StoredArchive

SCRATCH = "pg_temp"
READ_OTHERWISE = (
    "its archived file is as it was received, but this version reads other rows from it than were landed: use the"
    " version that landed it"
)
DESTROYED = "its rows and its file were destroyed when the retention of its feed ended"
BLOCKS = 128
"""Blocks of a table that an entry of its BRIN index speaks of, where nothing else is said."""


class CannotLandAgain(RuntimeError):
    """The archived file of a delivery does not give the rows that were landed of it; says why and what to do."""


class Destroyed(CannotLandAgain):
    """It was destroyed when the retention of its feed ended."""


class FileAltered(CannotLandAgain):
    """It does not hold the bytes that were received."""


def drop(connection: Connection[Any], feed: Feed, delivery_id: int) -> None:
    """Drop the landed rows of a delivery, in one transaction, once its archived file was seen to give the same again.

    Raises CannotLandAgain where it does not; then nothing has changed.
    """
    with connection.transaction():
        lock(connection, feed)
        facts = _facts(connection, delivery_id)
        if wrong := what_is_wrong(open_archive(), facts["sha256"]):
            raise FileAltered(_told(facts, f"its archived file {wrong}. Put it back from a backup"))
        if not gives_again(connection, facts):
            raise CannotLandAgain(_told(facts, READ_OTHERWISE))
        _keep_funding_sources(connection, feed, delivery_id)
        _delete(connection, feed, delivery_id)
        note_dropped(connection, _declared_then(connection, facts), delivery_id)


def destroy(connection: Connection[Any], feed: Feed, delivery_id: int, years: int) -> None:
    """Delete the rows of a delivery, those set aside too, and enter that it is destroyed; its file goes afterwards.

    Raises CannotLandAgain where its archived file is not what was received; then nothing has changed.
    """
    with connection.transaction():
        lock(connection, feed)
        facts = _facts(connection, delivery_id)
        if wrong := what_is_wrong(open_archive(), facts["sha256"]):
            raise FileAltered(_told(facts, f"its archived file {wrong}. Put it back from a backup"))
        _keep_funding_sources(connection, feed, delivery_id)
        landed = _delete(connection, feed, delivery_id)
        set_aside = connection.execute(
            sql.SQL(
                "delete from {} where validation_id in"
                " (select validation_id from ledger.validation where delivery_id = %s)"
            ).format(sql.Identifier("quarantine", feed.table)),
            (delivery_id,),
        ).rowcount
        if not dropped(connection, [delivery_id]):
            note_dropped(connection, _declared_then(connection, facts), delivery_id)
        enter_destroyed(connection, facts, landed_rows=landed, set_aside=set_aside, years=years)


def remove_files(connection: Connection[Any]) -> int:
    """Remove the archived files of destroyed deliveries, but for those that other deliveries have too.

    The archive is asked for none that it was asked for before: a file that was needed then goes with who needed it.
    """
    ended, known = destroyed(connection), removed_up_to(connection)
    files = {sha256 for entry_no, sha256 in ended.values() if entry_no > known}
    if not files:
        return 0
    needed = connection.execute(
        "select sha256 from ledger.delivery where sha256 = any(%s) and delivery_id <> all(%s)",
        (list(files), list(ended)),
    )
    gone = files - {sha256 for (sha256,) in needed}
    archive = open_archive()
    there = [sha256 for sha256 in sorted(gone) if archive.holds(sha256)]
    for sha256 in there:
        archive.remove(sha256)
    enter_removed(connection, max(entry_no for entry_no, _ in ended.values()))
    return len(there)


def make_room(connection: Connection[Any], feed: Feed) -> None:
    """Let the next landing have the room of dropped rows; on a connection without a transaction."""
    connection.execute(sql.SQL("vacuum {}").format(landing_table(feed)))
    connection.execute("select brin_summarize_new_values(%s::regclass)", (_index(connection, feed),))


def land_again(connection: Connection[Any], deliveries: Iterable[int]) -> int:
    """Land again those of the deliveries whose rows were dropped; returns how many they were.

    A transaction for each, or part of the caller's. The rows are those of the record, at the same addresses; raises
    CannotLandAgain where the archived file does not give them.
    """
    return sum(_land_again(connection, delivery_id) for delivery_id in dropped(connection, deliveries))


def _land_again(connection: Connection[Any], delivery_id: int) -> bool:
    facts = _facts(connection, delivery_id)
    feed = _declared_then(connection, facts)
    with connection.transaction():
        lock(connection, feed)
        if not dropped(connection, [delivery_id]):
            return False  # somebody else asked for it at the same time
        if not _fill(connection, feed, facts, landing_table(feed)) or not is_as_recorded(connection, facts):
            if gone := destroyed(connection).get(delivery_id):
                raise Destroyed(_told(facts, f"{DESTROYED}, record entry {gone[0]}"))
            if wrong := what_is_wrong(open_archive(), facts["sha256"]):
                raise FileAltered(
                    _told(facts, f"its rows were dropped, and its archived file {wrong}. Put it back from a backup")
                )
            raise CannotLandAgain(_told(facts, f"its rows were dropped, and {READ_OTHERWISE}"))
        note_landed_again(connection, delivery_id)
    return True


def gives_again(connection: Connection[Any], facts: dict[str, Any]) -> bool:
    """Tell whether the archived file gives the rows of a validation's entry, read as the feed was declared then.

    Read into a temporary table, of which nothing is kept. Raises KeyError where the feed is not declared any more.
    """
    feed, same = _declared_then(connection, facts), False
    scratch = sql.Identifier(SCRATCH, feed.table)
    with connection.transaction() as kept:
        connection.execute(
            sql.SQL("create temporary table {} (like {} including defaults)").format(scratch, landing_table(feed))
        )
        same = _fill(connection, feed, facts, scratch) and is_as_recorded(connection, facts, SCRATCH)
        raise psycopg.Rollback(kept)
    return same


def _fill(connection: Connection[Any], feed: Feed, facts: dict[str, Any], table: sql.Identifier) -> bool:
    """Read the archived file into the table; returns whether it could be read."""
    try:
        with connection.transaction(), open_archive().file(facts["sha256"]) as path:
            fill(connection, feed, facts["delivery_id"], path, table)
    except (Refused, OSError):
        return False
    return True


def _declared_then(connection: Connection[Any], facts: dict[str, Any]) -> Feed:
    """Return the feed as it was declared when the delivery was landed, or as it is, where nobody kept that."""
    name = f"{facts['agency']}.{facts['feed']}"
    return landed_as(connection, facts["delivery_id"]) or find_feed(settings.FEEDS, name)


def what_is_wrong(archive: Archive | StoredArchive, sha256: str) -> str | None:
    """Tell what is wrong with an archived file; None where it holds what was received."""
    try:
        with archive.file(sha256) as path:
            return wrong_with(path, sha256)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def wrong_with(path: Path, sha256: str) -> str | None:
    """Tell what is wrong with the file of an archived delivery; None where it holds what was received.

    Raises OSError where it cannot be read, or is no file but a link.
    """
    with open_plain(path) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return None if found == sha256 else f"holds other bytes than were received: SHA-256 {found}, not {sha256}"


def _facts(connection: Connection[Any], delivery_id: int) -> dict[str, Any]:
    entry = last_entry(connection, delivery_id)
    if entry is None:
        raise CannotLandAgain(f"delivery {delivery_id} is older than the record, which does not say what its rows were")
    return entry.facts


def _told(facts: dict[str, Any], why: str) -> str:
    where = f"delivery {facts['delivery_id']}, {facts['agency']}.{facts['feed']} of {facts['business_date']}"
    return f"{where}: {why} ({open_archive().where(facts['sha256'])})"


def _keep_funding_sources(connection: Connection[Any], feed: Feed, delivery_id: int) -> None:
    if feed.funding_source is None:
        return
    connection.execute(
        sql.SQL(
            "insert into quality.dropped_funding_source (validation_id, value)"
            " select distinct validation_id, {0} from {1} where delivery_id = %s and {0} is not null"
            " on conflict do nothing"
        ).format(sql.Identifier(feed.funding_source), sql.Identifier("accepted", feed.table)),
        (delivery_id,),
    )


def _delete(connection: Connection[Any], feed: Feed, delivery_id: int) -> int:
    """Delete the rows, return how many, and let the index forget who stood in their blocks: others will."""
    entries = connection.execute(
        sql.SQL(
            """
            with gone as (
                delete from {} where delivery_id = %s returning (ctid::text::point)[0]::bigint / {} as entry
            )
            select brin_desummarize_range(%s::regclass, entry * {}), rows
            from (select entry, count(*) as rows from gone group by entry) as entries
            """
        ).format(landing_table(feed), BLOCKS, BLOCKS),
        (delivery_id, _index(connection, feed)),
    )
    return sum(rows for _, rows in entries)


def _index(connection: Connection[Any], feed: Feed) -> str:
    return sql.Identifier("landing", f"{feed.table}_address").as_string(connection)
