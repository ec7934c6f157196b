"""Tries a file on a feed's files: lands, validates and stages it in a transaction that is rolled back."""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from cakupan import landing, quality, settings
from cakupan.bilingual import Text
from cakupan.database import Role, connect
from cakupan.dbt_project import FeedsUndeclared, call_dbt
from cakupan.feeds import Feed, XlsxFormat, load_feeds
from cakupan.ledger.deliveries import Archived, enter_for_trial
from cakupan.ledger.feeds import declare_feed
from cakupan.onboarding.fitting import misfits, stray_rules
from cakupan.quality.explanations import explain_rules
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.suite import Suite, load_suite


class CannotCheck(ValueError):
    """The feed's files cannot be read, or the file is not there; says which and why."""


@dataclass(frozen=True)
class RefusedRow:
    """A row that is set aside, by its address; never what is in it."""

    sheet: str
    row_number: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What would become of the file."""

    feed: Feed
    suite: Suite
    outcome: quality.Outcome
    reason: str | None
    new_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    refused: tuple[RefusedRow, ...]
    misfits: tuple[str, ...]
    details: Mapping[str, Text]
    """By rule id, what more there is to say of rows that break it."""
    remarks: tuple[str, ...]
    """What is noticed of the file and holds nothing."""
    staged_rows: int | None
    """Rows the staging model would show; None where it could not be run."""

    @property
    def good(self) -> bool:
        """Whether the file would be let in and the feed's files fit each other."""
        return self.outcome.status == "ACCEPTED" and not self.misfits

    @property
    def broken(self) -> Counter[str]:
        """How many rows break each rule."""
        return Counter(rule for row in self.refused for rule in row.rules)


def check(name: str, file: Path, night: date) -> Checked:
    """Try the file as the delivery of `night`. Raises CannotCheck, psycopg.Error; nothing of it is kept."""
    feed, suite, staging = _files(name)
    if feed.format.kind != "xlsx" and zipfile.is_zipfile(file):
        feed = _as_template(feed)
        suite = load_suite(feed, settings.EXPECTATIONS)
    compiled, problem = _compiled(feed)
    found = [
        *misfits(feed, suite, staging),
        *stray_rules(feed.agency, load_feeds(settings.FEEDS), settings.EXPECTATIONS),
    ]
    found += [problem] if problem else []
    with connect(Role.LOADER) as connection, connection.transaction(force_rollback=True):
        delivery_id = _deliver(connection, feed, file, night)
        landed = landing.land(connection, feed, delivery_id, file)
        outcomes = {o.delivery_id: o for o in quality.validate_feed(connection, feed)}
        outcome = outcomes[delivery_id]
        (reason,) = connection.execute(
            "select reason_en from ledger.validation where validation_id = %s", (outcome.validation_id,)
        ).fetchone() or (None,)
        # The delivery's number is taken back with everything else: nobody can release by it.
        reason = reason and reason.replace(f"cakupan release {delivery_id} ", "cakupan release N ")
        rows = _refused(connection, feed, outcome.validation_id) if not landed.refusal else ()
        more = explain_rules(
            connection, feed, suite, outcome.validation_id, {rule for row in rows for rule in row.rules}
        )
        remarks = connection.execute(
            "select detail_en from quality.remark where validation_id = %s order by remark_code, column_name, value",
            (outcome.validation_id,),
        ).fetchall()
        staged = None
        if compiled and outcome.status == "ACCEPTED":
            staged, problem = _staged(connection, compiled, delivery_id)
            if problem:
                found.append(problem)
    return Checked(
        feed,
        suite,
        outcome,
        reason,
        landed.extra_columns,
        landed.missing_columns,
        rows,
        tuple(found),
        more,
        tuple(said for (said,) in remarks if said != reason),
        staged,
    )


def _files(name: str) -> tuple[Feed, Suite, str]:
    agency, _, feed_name = name.partition(".")
    model = settings.DBT_PROJECT / "models/staging" / agency / f"{feed_name}.sql"
    try:
        feeds = {feed.name: feed for feed in load_feeds(settings.FEEDS)}
        if name not in feeds:
            raise CannotCheck(f"there is no feed {name!r}; draft it with: cakupan feed draft FILE --agency A --feed F")
        return feeds[name], load_suite(feeds[name], settings.EXPECTATIONS), model.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotCheck(f"{error.filename}: {error.strerror}; a feed has a declaration and a staging model") from None
    except ValueError as error:
        raise CannotCheck(str(error)) from None


def _as_template(feed: Feed) -> Feed:
    """Return the feed as a template of it is filled in: a workbook, whatever the office sends in the end."""
    return feed.model_copy(update={"format": XlsxFormat(kind="xlsx"), "transport": "file", "rest": None, "sql": None})


def _deliver(connection: psycopg.Connection, feed: Feed, file: Path, night: date) -> int:
    declare_feed(connection, feed)
    landing.ensure_landing_table(connection, feed)
    quality.ensure_quarantine_table(connection, feed)
    quality.ensure_accepted_view(connection, feed)
    quality.ensure_keyed_views(connection, feed)
    tried = Archived(hashlib.sha256(file.read_bytes()).hexdigest(), 0)
    return enter_for_trial(connection, feed, night, f"{feed.feed}_{night:%Y%m%d}.{feed.format.extension}", tried)


def _refused(connection: psycopg.Connection, feed: Feed, validation_id: int) -> tuple[RefusedRow, ...]:
    query = sql.SQL(
        "select sheet, row_number, rules from {} where validation_id = %s and verdict = 'quarantined' order by 1, 2"
    ).format(quarantine_table(feed))
    return tuple(RefusedRow(s, n, tuple(rules)) for s, n, rules in connection.execute(query, (validation_id,)))


def _compiled(feed: Feed) -> tuple[str | None, str | None]:
    """Return the staging model as SQL, or what dbt says against it."""
    state = settings.home() / "dbt" / "check"
    model = f"path:models/staging/{feed.agency}/{feed.feed}.sql"
    wanted = ("compile", "--no-introspect", "--no-write-json", "--select", model)
    try:
        outcome = call_dbt(*wanted, target=state / "target", logs=state / "logs")
    except FeedsUndeclared as error:
        return None, str(error)
    results = getattr(outcome.result, "results", [])
    if not outcome.success or not results:
        said = " ".join(str(outcome.exception or "it selects no model").split())
        return None, f"the staging model does not compile: {said[:300]}"
    return str(results[0].node.compiled_code), None


def _staged(connection: psycopg.Connection, compiled: str, delivery_id: int) -> tuple[int | None, str | None]:
    try:
        with connection.transaction():
            query = f"select to_jsonb(staged) from ({compiled}) as staged where delivery_id = {delivery_id}"  # noqa: S608
            return len(connection.execute(query.encode()).fetchall()), None
    except psycopg.Error as error:
        # What a database says of a value it cannot cast holds the value: name the kind of error alone.
        what = error.diag.message_primary if error.sqlstate and error.sqlstate.startswith("42") else ""
        return None, f"the staging model does not run: {type(error).__name__} {what or ''}".rstrip()
