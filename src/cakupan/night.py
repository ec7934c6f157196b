"""The steps of a night, one function for each task of the DAGs.

Every step asks the database what is new, so that it can be killed at any point and run again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from cakupan import disclosure, identity, landing, publish, quality, settings
from cakupan.answers.asking import count_answers
from cakupan.audit import sealing
from cakupan.audit.accepting import on_record
from cakupan.audit.folder import Folder
from cakupan.audit.note import BadNote
from cakupan.corrections.importing import Imported, import_workbook
from cakupan.corrections.returning import ReturnedWorkbooks
from cakupan.database import Role, connect
from cakupan.database.grants import give_own
from cakupan.database.migration import refuse_newer
from cakupan.feeds import Feed, find_feed, load_feeds
from cakupan.landing import cache
from cakupan.landing.archive import open_archive
from cakupan.landing.pulling import Pull
from cakupan.ledger import nights, validations
from cakupan.ledger.deliveries import Delivery, find_delivery, is_delivered
from cakupan.ledger.feeds import declare_feed
from cakupan.ledger.landings import not_landed
from cakupan.ledger.validations import Held
from cakupan.privacy.erasing import erase_again
from cakupan.quality.comments import comment_on_feeds
from cakupan.sources import NotConnected, Source
from cakupan.steps import StepFailed, hide_values


@hide_values
def prepare() -> None:
    """Make known to the database the feeds as declared, with their tables and the views of their rows."""
    feeds = load_feeds(settings.FEEDS)
    with connect(Role.LOADER) as connection, on_record(connection, "feeds are declared otherwise"):
        for feed in feeds:
            declare_feed(connection, feed)
            landing.ensure_landing_table(connection, feed)
            quality.ensure_quarantine_table(connection, feed)
            quality.ensure_accepted_view(connection, feed)
            quality.ensure_keyed_views(connection, feed)
            connection.commit()  # what was widened is held by nobody while the next one is
        quality.ensure_quarantine_of_offices(connection, feeds)
        comment_on_feeds(connection, feeds)
        give_own(connection)


@hide_values
def archive(name: str, night: date, source: Source) -> bool:
    """Archive what the agency has for the feed up to the night and is not archived yet.

    An old file that looks to its keeper as it did when it was read is taken to be archived; see docs/decisions.
    Returns whether the night's own delivery is there, which is never awaited of an occasional feed. Raises
    NotConnected, OSError and OlderLeft after all was archived that could be read; it counts, whatever was not.
    """
    feed = find_feed(settings.FEEDS, name)
    store = open_archive()
    store.clear_abandoned()
    with connect(Role.LOADER) as connection:
        pull = Pull(connection, store, feed, night, source, returned=ReturnedWorkbooks(connection))
        try:
            pull.run(feeds_of(feed.agency))
        except (NotConnected, OSError):
            if pull.archived_any:
                _land(connection, feed)
                _validate(connection, feed)
                connection.commit()
            raise
        return feed.cadence == "occasional" or is_delivered(connection, feed, night)


@hide_values
def land(name: str) -> int:
    """Land every archived delivery of the feed that was not landed; returns how many."""
    with connect(Role.LOADER) as connection:
        return _land(connection, find_feed(settings.FEEDS, name))


def _land(connection: psycopg.Connection, feed: Feed) -> int:
    store = open_archive()
    pending = not_landed(connection, feed)
    for delivery_id, sha256 in pending:
        with store.file(sha256) as path:
            if wrong := cache.wrong_with(path, sha256):
                raise StepFailed(f"{feed.name}: delivery {delivery_id} is not landed: {store.where(sha256)} {wrong}")
            landing.land(connection, feed, delivery_id, path)
        connection.commit()
    return len(pending)


@hide_values
def validate(name: str, night: date) -> int:
    """Validate what was landed and key the workers and memberships in it: the feed is done for the night.

    Returns how many deliveries were validated.
    """
    feed = find_feed(settings.FEEDS, name)
    with connect(Role.LOADER) as connection:
        validated = _validate(connection, feed)
        nights.note_done(connection, feed, night)
    return validated


def _validate(connection: psycopg.Connection, feed: Feed) -> int:
    outcomes = quality.validate_feed(connection, feed)
    erase_again(connection, feed)
    identity.register(connection, feed)
    return len(outcomes)


@hide_values
def feeds_not_done(night: date) -> list[str]:
    """Return feeds that are not done for the night."""
    with connect(Role.LOADER) as connection:
        done = nights.feeds_done(connection, night)
    return sorted({feed.name for feed in load_feeds(settings.FEEDS)} - done)


def cut_off(night: date) -> datetime:
    """Return when the warehouse stops waiting for late agencies."""
    return datetime.combine(night, settings.hours().cut_off, ZoneInfo(settings.TIME_ZONE))


@hide_values
def start_run(night: date) -> int:
    """Open the run that builds the night on the deliveries now in force; raises CannotMigrate in a newer warehouse."""
    with connect(Role.LOADER) as connection:
        refuse_newer(connection)
        return publish.start_run(connection, night)


@hide_values
def nights_to_restate() -> list[date]:
    """Return the published nights that rest on other deliveries than those now in force, oldest first."""
    with connect(Role.LOADER) as connection:
        return nights.nights_to_restate(connection)


@hide_values
def end_turn() -> None:
    """Let other nights have their turn: no run that was begun will go on."""
    with connect(Role.LOADER) as connection:
        publish.end_turn(connection)


@hide_values
def build(run_id: int, layer: str) -> int:
    """Build one layer of the run with dbt."""
    return publish.build(run_id, layer)


@hide_values
def publish_run(run_id: int) -> None:
    """Move the readers' pointer to the run, and decide which of its counts of persons schema open hides."""
    with connect(Role.LOADER) as connection, Folder().new_marks("runs", run_id) as marks:
        if publish.publish(connection, run_id, marks):
            with suppress(OSError):  # the seal, which says why, makes up for it
                marks.keep()
    with connect(Role.TRANSFORMER) as connection:
        disclosure.judge_nights(connection, count_answers)


@hide_values
def seal() -> None:
    """Sign the record up to here and keep outside the database what names an alteration."""
    try:
        with connect(Role.LOADER) as connection:
            sealing.seal(connection)
    except (sealing.CannotSeal, sealing.Altered, BadNote, OSError) as error:
        raise StepFailed(f"seal: {error}") from None


@hide_values
def decide(delivery_id: int, by: str, why: str, *, let_in: bool) -> Delivery:
    """Let in a held delivery on a person's word, or turn it away, and return it. Raises ValueError when it is not held.

    Deliveries of the feed that are measured by it are judged anew.
    """
    with connect(Role.LOADER) as connection:
        (quality.release if let_in else quality.reject)(connection, delivery_id, by, why)
        delivery = find_delivery(connection, delivery_id)
        connection.commit()
        assert delivery is not None  # noqa: S101 - it was decided just now
        _validate(connection, find_feed(settings.FEEDS, delivery.name))
    return delivery


@hide_values
def held_deliveries() -> list[Held]:
    """Return the deliveries that wait for a person's word."""
    with connect(Role.LOADER) as connection:
        return validations.held_deliveries(connection)


@hide_values
def import_correction(workbook: Path, by: str | None = None) -> Imported:
    """Take back a fix workbook; raises CannotImport where nothing of it can be taken."""
    with connect(Role.LOADER) as connection:
        return import_workbook(connection, workbook, by)


@hide_values
def note_failure(night: date, task: str, message: str) -> None:
    """Keep in the ledger that a task of the night failed for good, and why."""
    with connect(Role.LOADER) as connection:
        nights.note_failure(connection, night, task, message)


@hide_values
def failures(night: date, since: datetime) -> list[tuple[str, str]]:
    """Return the night's tasks that failed since then, each with its message."""
    with connect(Role.LOADER) as connection:
        return [(failure.task, failure.message) for failure in nights.failures(connection, night, since)]


def feeds_of(agency: str) -> list[Feed]:
    """Return the feeds of one agency."""
    return [feed for feed in load_feeds(settings.FEEDS) if feed.agency == agency]


def agencies() -> list[str]:
    """Return the agencies that deliver something."""
    return sorted({feed.agency for feed in load_feeds(settings.FEEDS)})
