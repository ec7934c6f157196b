"""Validates the landed deliveries of a feed: pass, gate, verdict, all in one transaction for each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import psycopg

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.landing.tables import ensure_landing_table
from cakupan.ledger.deliveries import dates_of
from cakupan.ledger.validations import (
    Decision,
    accepted_same_bytes,
    deliveries_in_force,
    enter_validation,
    record_validation,
)
from cakupan.quality import reasons, remarks
from cakupan.quality.accepted import ensure_accepted_view
from cakupan.quality.counting import median_of_validated
from cakupan.quality.counts import Counts, Delivery
from cakupan.quality.defects import commonest
from cakupan.quality.gate import Figures, Result, judge_delivery, judge_rows
from cakupan.quality.limits import Measures
from cakupan.quality.locking import lock
from cakupan.quality.looked_at import gather_looked_at
from cakupan.quality.pending import Known, known_deliveries, next_pending
from cakupan.quality.quarantine import ensure_quarantine_table
from cakupan.quality.reasons import Evidence
from cakupan.quality.recount import recount
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

    @property
    def measures_before(self) -> Measures | None:
        """What the delivery is measured by."""
        if self.before is None:
            return None
        return Measures(self.before.delivered_rows or 0, self.before.accepted_rows or 0, self.before.median_on)

    @property
    def subject(self) -> reasons.Subject:
        """The delivery, as reasons and remarks speak of it."""
        return reasons.Subject(
            feed=self.feed,
            delivery_id=self.known.delivery_id,
            night=self.known.business_date,
            sha256=self.known.sha256,
            original_name=self.known.original_name,
            night_before=self.before.business_date if self.before else None,
        )


@dataclass(frozen=True)
class _Rows:
    delivered: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    median_on: date | None = None


@dataclass(frozen=True)
class _Verdict:
    status: Status
    reason: reasons.Reason | None = None


def _validate_next(connection: psycopg.Connection[Any], feed: Feed, suite: Suite, done: set[int]) -> Outcome | None:
    def median(known: Known) -> date | None:
        return median_of_validated(connection, feed, known.delivery_id, known.validation_id or 0)

    found = next_pending(known_deliveries(connection, feed), suite, feed.cadence, done, median)
    if found is None:
        return None
    case = _Case(connection, feed, *found)
    known = case.known
    if known.refusal_code is not None:
        refusal = Text(known.refusal_id or "", known.refusal_en or "")
        reason = reasons.refused(case.subject, known.refusal_code, refusal)
        return _record(case, _Verdict("REJECTED", reason), _Rows())
    return _judge(case, suite)


def _judge(case: _Case, suite: Suite) -> Outcome:
    connection, feed, known = case.connection, case.feed, case.known
    ensure_landing_table(connection, feed)
    ensure_quarantine_table(connection, feed)
    ensure_accepted_view(connection, feed)
    night_before = known.business_date - timedelta(days=1)
    earlier = deliveries_in_force(connection, feed, night_before) if feed.cadence == "increment" else ()
    delivery = Delivery(known.delivery_id, known.business_date, tuple(earlier))
    sweep = Sweep(connection, feed, suite, delivery)
    counts = sweep.run()
    if counts.delivered != known.landed_rows:
        raise RowsMissing(
            f"{feed.name}: delivery {known.delivery_id} landed {known.landed_rows} rows,"
            f" but landing.{feed.table} holds {counts.delivered} of it; land it again from the archive"
        )
    gather_looked_at(connection, feed, suite, delivery, counts.delivered)
    on_rows = judge_rows(suite, counts, recount(connection, suite, across=bool(earlier)))
    figures = Figures(
        delivered_rows=counts.delivered,
        quarantined_rows=counts.quarantined,
        accepted_rows=counts.accepted,
        duplicate_rows=counts.duplicates,
        new_columns=known.extra_columns,
        before=case.measures_before,
        median_on=counts.median_on,
        comes_again=feed.cadence == "increment" and accepted_same_bytes(connection, known.delivery_id) is not None,
        rules_counted_otherwise=sum(result.disagrees for result in on_rows),
    )
    results = [*on_rows, *judge_delivery(suite, figures)]
    verdict = _decide(case, figures, results, counts)
    rows = _Rows(counts.delivered, counts.accepted, counts.quarantined, counts.duplicates, counts.median_on)
    outcome = _record(case, verdict, rows)
    sweep.store(outcome.validation_id)
    _record_results(connection, outcome.validation_id, results)
    _remark(case, verdict, counts, outcome)
    return outcome


def _remark(case: _Case, verdict: _Verdict, counts: Counts, outcome: Outcome) -> None:
    """Write down what was noticed of the delivery and holds nothing."""
    found = remarks.find(case.connection, case.feed, load_suite(case.feed), case.subject, counts)
    if verdict.reason and verdict.reason.code == "ALL_REPEATED":
        found.append(remarks.Remark("ALL_REPEATED", outcome.delivered_rows, verdict.reason.text))
    remarks.store(case.connection, outcome.validation_id, found)


def _decide(case: _Case, figures: Figures, results: list[Result], counts: Counts) -> _Verdict:
    failed = {r.rule.rule_id for r in results if not r.success and r.rule.severity == "critical"}
    if not failed:
        return _Verdict("ACCEPTED", _all_repeated(case, figures, counts))
    if any(r.rule.meta.code == "NO_ROWS" for r in results if r.rule.rule_id in failed):
        return _Verdict("REJECTED", reasons.rejected(case.subject, results))
    if carried := _still_released(case, failed):
        return _Verdict("ACCEPTED", carried)
    defects = commonest(case.connection, case.feed, case.known.delivery_id)
    return _Verdict("HELD", reasons.held(case.subject, figures, results, Evidence(counts.first, defects)))


def _all_repeated(case: _Case, figures: Figures, counts: Counts) -> reasons.Reason | None:
    """That nothing in an increment is new, and when it came before."""
    if not figures.all_repeated:
        return None
    if same := accepted_same_bytes(case.connection, case.known.delivery_id):
        return reasons.all_repeated(case.subject, [same], same_bytes=True)
    return reasons.all_repeated(case.subject, dates_of(case.connection, counts.repeated), same_bytes=False)


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
    released = case.connection.execute(
        "select reason_code, reason_id, reason_en from ledger.validation where validation_id = %s",
        (case.known.validation_id,),
    ).fetchone()
    return reasons.Reason(released[0], Text(*released[1:])) if released else None


def _record(case: _Case, verdict: _Verdict, rows: _Rows) -> Outcome:
    reason = verdict.reason
    decision = Decision(
        verdict.status,
        reason.code if reason else None,
        reason.text if reason else None,
        rows.delivered,
        rows.accepted,
        rows.quarantined,
        rows.duplicates,
        rows.median_on,
    )
    return Outcome(
        validation_id=enter_validation(case.connection, case.known.delivery_id, decision),
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
            " checked_rows, failed_rows, observed, unexpected_rows, recounted_rows)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
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
                    result.unexpected_rows,
                    result.recounted_rows,
                )
                for result in results
            ],
        )
