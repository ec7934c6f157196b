"""Validates the landed deliveries of a feed: pass, judgement, verdict, all in one transaction for each delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import psycopg

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.landing import ensure_landing_table, land_again
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
from cakupan.quality.comparison import Predecessor
from cakupan.quality.counts import Counts, Delivery, median_of_validated
from cakupan.quality.defects import commonest_defects
from cakupan.quality.gx_counts import count_with_gx
from cakupan.quality.gx_rows import gather_gx_rows
from cakupan.quality.judgement import DeliveryFigures, RuleResult, judge_delivery, judge_rows
from cakupan.quality.keyed import ensure_keyed_views
from cakupan.quality.locking import lock_validation
from cakupan.quality.pending import LandedDelivery, landed_deliveries, next_pending
from cakupan.quality.quarantine import ensure_quarantine_table
from cakupan.quality.reasons import Evidence
from cakupan.quality.row_pass import RowPass
from cakupan.quality.suite import Suite, load_suite

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
            lock_validation(connection, feed.name)
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
    landed: LandedDelivery
    before: LandedDelivery | None

    @property
    def predecessor(self) -> Predecessor | None:
        """What the delivery is measured by."""
        if self.before is None:
            return None
        return Predecessor(self.before.delivered_rows or 0, self.before.accepted_rows or 0, self.before.median_on)

    @property
    def subject(self) -> reasons.Subject:
        """The delivery, as reasons and remarks speak of it."""
        return reasons.Subject(
            feed=self.feed,
            delivery_id=self.landed.delivery_id,
            night=self.landed.business_date,
            sha256=self.landed.sha256,
            original_name=self.landed.original_name,
            night_before=self.before.business_date if self.before else None,
        )


@dataclass(frozen=True)
class _RowCounts:
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
    def median(landed: LandedDelivery) -> date | None:
        land_again(connection, [landed.delivery_id])
        return median_of_validated(connection, feed, landed.delivery_id, landed.validation_id or 0)

    found = next_pending(landed_deliveries(connection, feed), suite, feed.cadence, done, median)
    if found is None:
        return None
    case = _Case(connection, feed, *found)
    landed = case.landed
    if landed.refusal_code is not None:
        refusal = Text(landed.refusal_id or "", landed.refusal_en or "")
        reason = reasons.refused(case.subject, landed.refusal_code, refusal)
        return _record(case, _Verdict("REJECTED", reason), _RowCounts())
    return _judge(case, suite)


def _judge(case: _Case, suite: Suite) -> Outcome:
    connection, feed, landed = case.connection, case.feed, case.landed
    ensure_landing_table(connection, feed)
    ensure_quarantine_table(connection, feed)
    ensure_accepted_view(connection, feed)
    ensure_keyed_views(connection, feed)
    night_before = landed.business_date - timedelta(days=1)
    earlier = deliveries_in_force(connection, feed, night_before) if feed.cadence == "increment" else ()
    land_again(connection, [landed.delivery_id, *(number for number, _ in earlier)])
    delivery = Delivery(landed.delivery_id, landed.business_date, tuple(earlier))
    row_pass = RowPass(connection, feed, suite, delivery)
    counts = row_pass.run()
    if counts.delivered != landed.landed_rows:
        raise RowsMissing(
            f"{feed.name}: delivery {landed.delivery_id} landed {landed.landed_rows} rows,"
            f" but landing.{feed.table} holds {counts.delivered} of it; land it again from the archive"
        )
    gather_gx_rows(connection, feed, suite, delivery, counts.delivered)
    on_rows = judge_rows(suite, counts, count_with_gx(connection, suite, across=bool(earlier)))
    figures = DeliveryFigures(
        delivered_rows=counts.delivered,
        quarantined_rows=counts.quarantined,
        accepted_rows=counts.accepted,
        duplicate_rows=counts.duplicates,
        new_columns=landed.extra_columns,
        before=case.predecessor,
        median_on=counts.median_on,
        comes_again=feed.cadence == "increment" and accepted_same_bytes(connection, landed.delivery_id) is not None,
        rules_counted_otherwise=sum(result.disagrees for result in on_rows),
    )
    results = [*on_rows, *judge_delivery(suite, figures)]
    verdict = _decide(case, figures, results, counts)
    rows = _RowCounts(counts.delivered, counts.accepted, counts.quarantined, counts.duplicates, counts.median_on)
    outcome = _record(case, verdict, rows)
    row_pass.store(outcome.validation_id)
    _record_results(connection, outcome.validation_id, results)
    _remark(case, verdict, counts, outcome)
    return outcome


def _remark(case: _Case, verdict: _Verdict, counts: Counts, outcome: Outcome) -> None:
    """Write down what was noticed of the delivery and holds nothing."""
    found = remarks.find(case.connection, case.feed, load_suite(case.feed), case.subject, counts)
    if verdict.reason and verdict.reason.code == "ALL_REPEATED":
        found.append(remarks.Remark("ALL_REPEATED", outcome.delivered_rows, verdict.reason.text))
    remarks.store(case.connection, outcome.validation_id, found)


def _decide(case: _Case, figures: DeliveryFigures, results: list[RuleResult], counts: Counts) -> _Verdict:
    if case.landed.reason_code == "DECLINED" and (declined := _said_before(case)):
        return _Verdict("REJECTED", declined)
    failed = {r.rule.rule_id for r in results if not r.success and r.rule.severity == "critical"}
    if not failed:
        return _Verdict("ACCEPTED", _all_repeated(case, figures, counts))
    if any(r.rule.meta.code == "NO_ROWS" for r in results if r.rule.rule_id in failed):
        return _Verdict("REJECTED", reasons.rejected(case.subject, results))
    if carried := _still_released(case, failed):
        return _Verdict("ACCEPTED", carried)
    defects = commonest_defects(case.connection, case.feed, case.landed.delivery_id)
    return _Verdict("HELD", reasons.held(case.subject, figures, results, Evidence(counts.first, defects)))


def _all_repeated(case: _Case, figures: DeliveryFigures, counts: Counts) -> reasons.Reason | None:
    """Say that nothing in an increment is new, and when it came before."""
    if not figures.all_repeated:
        return None
    if same := accepted_same_bytes(case.connection, case.landed.delivery_id):
        return reasons.all_repeated(case.subject, [same], same_bytes=True)
    return reasons.all_repeated(case.subject, dates_of(case.connection, counts.repeated), same_bytes=False)


def _still_released(case: _Case, failed: set[str]) -> reasons.Reason | None:
    """Find the release by a person, where all that fails now failed when it was given."""
    if case.landed.reason_code != "RELEASED":
        return None
    excused = case.connection.execute(
        "select rule_id from quality.rule_result where validation_id = %s and severity = 'critical' and not success",
        (case.landed.validation_id,),
    )
    return _said_before(case) if failed <= {rule_id for (rule_id,) in excused} else None


def _said_before(case: _Case) -> reasons.Reason | None:
    """Return the reason of the validation before, which a person gave."""
    said = case.connection.execute(
        "select reason_code, reason_id, reason_en from ledger.validation where validation_id = %s",
        (case.landed.validation_id,),
    ).fetchone()
    return reasons.Reason(said[0], Text(*said[1:])) if said else None


def _record(case: _Case, verdict: _Verdict, rows: _RowCounts) -> Outcome:
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
        validation_id=enter_validation(case.connection, case.landed.delivery_id, decision),
        delivery_id=case.landed.delivery_id,
        feed=case.feed.name,
        business_date=case.landed.business_date,
        status=verdict.status,
        code=reason.code if reason else None,
        delivered_rows=rows.delivered,
        accepted_rows=rows.accepted,
        quarantined_rows=rows.quarantined,
        duplicate_rows=rows.duplicates,
    )


def _record_results(connection: psycopg.Connection[Any], validation_id: int, results: list[RuleResult]) -> None:
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
