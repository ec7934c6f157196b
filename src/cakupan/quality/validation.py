"""Validates the landed deliveries of a feed: pass, gate, verdict, all in one transaction for each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from cakupan.audit.validations import record_validation
from cakupan.feeds import Feed
from cakupan.quality import reasons
from cakupan.quality.counts import Delivery
from cakupan.quality.gate import Figures, Result, judge
from cakupan.quality.locking import lock
from cakupan.quality.pending import Known, known_deliveries, next_pending
from cakupan.quality.quarantine import ensure_quarantine_table
from cakupan.quality.suite import Suite, load_suite
from cakupan.quality.sweep import Sweep

Status = Literal["ACCEPTED", "REJECTED", "HELD"]


class RowsMissing(RuntimeError):
    """The landing table does not hold the rows that were landed."""


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery."""

    validation_id: int
    delivery_id: int
    feed: str
    business_date: date
    status: Status
    code: str | None
    delivered_rows: int
    accepted_rows: int
    quarantined_rows: int
    duplicate_rows: int


def validate_feed(connection: psycopg.Connection[Any], feed: Feed) -> list[Outcome]:
    """Validate, oldest business date first, what was not and what an earlier-dated validation has overtaken.

    Every delivery is a transaction of its own, under a lock of the feed: killed at any point, the next call goes on;
    called twice at once, the second finds the work of the first.
    """
    suite = load_suite(feed)
    outcomes: list[Outcome] = []
    while True:
        with connection.transaction():
            lock(connection, feed.name)
            outcome = _validate_next(connection, feed, suite, {outcome.delivery_id for outcome in outcomes})
            if outcome is not None:
                record_validation(connection, outcome.validation_id)
        if outcome is None:
            return outcomes
        outcomes.append(outcome)


@dataclass(frozen=True)
class _Case:
    """A delivery to validate, and the one in force before it."""

    connection: psycopg.Connection[Any]
    feed: Feed
    known: Known
    before: Known | None


@dataclass(frozen=True)
class _Rows:
    delivered: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0


@dataclass(frozen=True)
class _Verdict:
    status: Status
    reason: reasons.Reason | None = None


def _validate_next(connection: psycopg.Connection[Any], feed: Feed, suite: Suite, done: set[int]) -> Outcome | None:
    found = next_pending(known_deliveries(connection, feed), suite, feed.cadence, done)
    if found is None:
        return None
    case = _Case(connection, feed, *found)
    known = case.known
    if known.refusal_code is not None:
        reason = reasons.Reason(known.refusal_code, known.refusal_id or "", known.refusal_en or "")
        return _record(case, _Verdict("REJECTED", reason), _Rows())
    return _judge(case, suite)


def _judge(case: _Case, suite: Suite) -> Outcome:
    connection, feed, known = case.connection, case.feed, case.known
    ensure_quarantine_table(connection, feed)
    earlier = _earlier(connection, feed, known.business_date) if feed.cadence == "increment" else ()
    sweep = Sweep(connection, feed, suite, Delivery(known.delivery_id, known.business_date, earlier))
    counts = sweep.run()
    if counts.delivered != known.landed_rows:
        raise RowsMissing(
            f"{feed.name}: delivery {known.delivery_id} landed {known.landed_rows} rows,"
            f" but landing.{feed.table} holds {counts.delivered} of it; land it again from the archive"
        )
    figures = Figures(
        delivered_rows=counts.delivered,
        quarantined_rows=counts.quarantined,
        duplicate_rows=counts.duplicates,
        new_columns=known.extra_columns,
        rows_before=case.before.delivered_rows if case.before else None,
    )
    results = judge(suite, figures, counts.broken)
    rows = _Rows(counts.delivered, counts.accepted, counts.quarantined, counts.duplicates)
    outcome = _record(case, _decide(case, figures, results), rows)
    sweep.store(outcome.validation_id)
    _record_results(connection, outcome.validation_id, results)
    return outcome


def _earlier(connection: psycopg.Connection[Any], feed: Feed, night: date) -> tuple[tuple[int, int], ...]:
    rows = connection.execute(
        "select delivery_id, validation_id from ledger.in_force(%s) where agency = %s and feed = %s",
        (night - timedelta(days=1), feed.agency, feed.feed),
    )
    return tuple((delivery, validation) for delivery, validation in rows)


def _decide(case: _Case, figures: Figures, results: list[Result]) -> _Verdict:
    failed = {r.rule.rule_id for r in results if not r.success and r.rule.severity == "critical"}
    if not failed:
        return _Verdict("ACCEPTED")
    subject = reasons.Subject(
        feed=case.feed,
        delivery_id=case.known.delivery_id,
        night=case.known.business_date,
        sha256=case.known.sha256,
        original_name=case.known.original_name,
        night_before=case.before.business_date if case.before else None,
    )
    if any(r.rule.meta.code == "NO_ROWS" for r in results if r.rule.rule_id in failed):
        return _Verdict("REJECTED", reasons.rejected(subject, results))
    if carried := _still_released(case, failed):
        return _Verdict("ACCEPTED", carried)
    return _Verdict("HELD", reasons.held(subject, figures, results))


def _still_released(case: _Case, failed: set[str]) -> reasons.Reason | None:
    """The release by a person, where all that fails now failed when it was given."""
    if case.known.reason_code != "RELEASED":
        return None
    excused = case.connection.execute(
        "select rule_id from quality.rule_result where validation_id = %s and severity = 'critical' and not success",
        (case.known.validation_id,),
    )
    if not failed <= {rule_id for (rule_id,) in excused}:
        return None
    with case.connection.cursor(row_factory=class_row(reasons.Reason)) as cursor:
        return cursor.execute(
            "select reason_code as code, reason_id as indonesian, reason_en as english"
            " from ledger.validation where validation_id = %s",
            (case.known.validation_id,),
        ).fetchone()


def _record(case: _Case, verdict: _Verdict, rows: _Rows) -> Outcome:
    reason = verdict.reason
    inserted = case.connection.execute(
        "insert into ledger.validation (delivery_id, delivery_status, reason_code, reason_id, reason_en,"
        " delivered_rows, accepted_rows, quarantined_rows, duplicate_rows)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning validation_id",
        (
            case.known.delivery_id,
            verdict.status,
            reason and reason.code,
            reason and reason.indonesian,
            reason and reason.english,
            rows.delivered,
            rows.accepted,
            rows.quarantined,
            rows.duplicates,
        ),
    ).fetchone()
    assert inserted is not None  # noqa: S101 - returning always answers
    return Outcome(
        validation_id=inserted[0],
        delivery_id=case.known.delivery_id,
        feed=case.feed.name,
        business_date=case.known.business_date,
        status=verdict.status,
        code=reason.code if reason else None,
        delivered_rows=rows.delivered,
        accepted_rows=rows.accepted,
        quarantined_rows=rows.quarantined,
        duplicate_rows=rows.duplicates,
    )


def _record_results(connection: psycopg.Connection[Any], validation_id: int, results: list[Result]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.rule_result (validation_id, rule_id, expectation, severity, success,"
            " checked_rows, failed_rows, observed) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    validation_id,
                    result.rule.rule_id,
                    result.rule.type,
                    result.rule.severity,
                    result.success,
                    result.checked_rows,
                    result.failed_rows,
                    result.observed,
                )
                for result in results
            ],
        )
