"""Which delivery of a feed is to be validated next: the database knows, no event needs to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from cakupan.feeds import Feed
from cakupan.quality.comparison import OLD_PERIOD, ROW_LOSS, days_older, lost_share
from cakupan.quality.suite import Suite


@dataclass(frozen=True)
class LandedDelivery:
    """A landed delivery, and its current validation where there is one."""

    delivery_id: int
    business_date: date
    sha256: str
    original_name: str
    landed_at: datetime
    landed_rows: int
    extra_columns: int
    refusal_code: str | None
    refusal_id: str | None
    refusal_en: str | None
    validation_id: int | None
    validated_at: datetime | None
    delivery_status: str | None
    reason_code: str | None
    delivered_rows: int | None
    accepted_rows: int | None
    median_on: date | None
    failed: list[str]
    """Of the rules on whole deliveries, those it fails."""

    @property
    def validated(self) -> bool:
        """Whether what lies in the landing table now was validated."""
        return self.validated_at is not None and self.validated_at >= self.landed_at


def landed_deliveries(connection: psycopg.Connection[Any], feed: Feed) -> list[LandedDelivery]:
    """List the landed deliveries of the feed, oldest business date first, as received within a date."""
    with connection.cursor(row_factory=class_row(LandedDelivery)) as cursor:
        return cursor.execute(
            """
            select
                d.delivery_id, d.business_date, d.sha256, d.original_name,
                l.landed_at, l.landed_rows, cardinality(l.extra_columns) as extra_columns,
                l.refusal_code, l.refusal_id, l.refusal_en,
                v.validation_id, v.validated_at, v.delivery_status, v.reason_code,
                v.delivered_rows, v.accepted_rows, v.median_on,
                array(
                    select r.rule_id from quality.rule_result as r
                    where r.validation_id = v.validation_id and r.rule_id like 'delivery.%%' and not r.success
                ) as failed
            from ledger.delivery as d
            join ledger.landing as l using (delivery_id)
            left join ledger.current_validation as v using (delivery_id)
            where d.agency = %s and d.feed = %s
            order by d.business_date, d.delivery_id
            """,
            (feed.agency, feed.feed),
        ).fetchall()


def next_pending(
    deliveries: Iterable[LandedDelivery],
    suite: Suite,
    cadence: str,
    done: Collection[int] = (),
    median: Callable[[LandedDelivery], date | None] = lambda _: None,
) -> tuple[LandedDelivery, LandedDelivery | None] | None:
    """Find the first delivery to validate, with the one in force before it; None when all is done.

    `median` is asked for the median date of one that was validated before medians were kept.

    A delivery is validated again when one of an earlier date was validated after it: an increment always, because its
    repeats and key conflicts may be others now; a snapshot where the loss of rows or the period is judged differently
    now. Those in `done` were validated a moment ago, whatever a clock that was set back makes of it.
    """
    before: LandedDelivery | None = None
    newest_of_earlier_dates = 0
    newest_so_far = 0
    night: date | None = None
    for landed in deliveries:
        if landed.business_date != night:
            night, newest_of_earlier_dates = landed.business_date, newest_so_far
        if not landed.validated and landed.delivery_id not in done:
            return landed, before and _dated(before, median)
        if landed.refusal_code is None:
            overtaken = (landed.validation_id or 0) < newest_of_earlier_dates
            if cadence == "increment" and overtaken:
                return landed, before
            # Where neither has a median both are older than the rule, and nothing is to be judged anew.
            now = landed
            if before and (landed.median_on is None) != (before.median_on is None):
                now, before = _dated(landed, median), _dated(before, median)
            if cadence != "increment" and _judged_otherwise(now, before, suite):
                return landed, before and _dated(before, median)
            newest_so_far = max(newest_so_far, landed.validation_id or 0)
        if landed.delivery_status == "ACCEPTED":
            before = landed
    return None


def _dated(landed: LandedDelivery, median: Callable[[LandedDelivery], date | None]) -> LandedDelivery:
    return landed if landed.median_on or not landed.accepted_rows else replace(landed, median_on=median(landed))


def _judged_otherwise(landed: LandedDelivery, before: LandedDelivery | None, suite: Suite) -> bool:
    """Tell whether the delivery is judged otherwise against the one before it than when it was validated."""
    measured = {ROW_LOSS: lost_share(landed, before), OLD_PERIOD: days_older(landed, before)}
    return any(
        (measured[rule.rule_id] > rule.kwargs["max_value"]) != (rule.rule_id in landed.failed)
        for rule in suite.delivery_rules
        if rule.rule_id in measured
    )
