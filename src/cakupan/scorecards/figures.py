"""What a scorecard counts: read from published marts and results of rules; of open rows only how many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from cakupan.corrections.bad_rows import Fault, Faults
from cakupan.corrections.open_rows import OpenDelivery, open_deliveries
from cakupan.feeds import Feed
from cakupan.notices import FeedState, feed_states
from cakupan.quality.quarantine import quarantine_table

TIMELY_NIGHTS = 30
CELLS = """
    select coalesce(sum(checked_rows), 0)::bigint, coalesce(sum(checked_rows - failed_rows), 0)::bigint
    from quality.rule_result
    where validation_id = any(%s) and rule_id like '%%.given'
"""
NIGHTS = """
    select count(*), count(*) filter (where delivery_status not in ('LATE', 'MISSING'))
    from marts.data_quality_scorecard
    where agency_code = %(agency)s and as_of_date <= %(night)s and as_of_date > %(night)s::date - %(nights)s
"""
COVERAGE = """
    select registered_workers, active_participants, not_covered
    from open.coverage_of_agency
    where as_of_date = %(night)s and agency_code = %(agency)s
"""
MONTHS = """
    select
        date_trunc('month', as_of_date)::date as month,
        count(*) as due,
        count(*) filter (where delivery_status not in ('LATE', 'MISSING')) as came,
        coalesce(sum(delivered_rows), 0)::bigint as delivered,
        coalesce(sum(accepted_rows), 0)::bigint as accepted,
        coalesce(sum(quarantined_rows), 0)::bigint as quarantined
    from marts.data_quality_scorecard
    where agency_code = %(agency)s and as_of_date <= %(night)s
        and as_of_date >= date_trunc('month', %(night)s::date) - interval '12 months'
    group by 1
    order by 1 desc
"""
PROBLEMS = """
    select rule_id, count(*) as rows, {workers} as workers, {amount} as amount_idr
    from {quarantine} cross join unnest(rules) as rule_id
    where validation_id = %s and verdict = 'quarantined'
    group by rule_id
"""


class Share(NamedTuple):
    """A part of a whole."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """The fraction; None of nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Month:
    """A month of deliveries."""

    month: date
    due: int
    came: int
    delivered: int
    accepted: int
    quarantined: int


@dataclass(frozen=True)
class Problem:
    """A rule that rows of a delivery break, with what they weigh."""

    delivery: OpenDelivery
    rule_id: str
    rows: int
    workers: int | None
    """None where the feed names no workers."""
    amount_idr: int | None

    @property
    def fault(self) -> Fault:
        """What to say of it."""
        return Faults(self.delivery.feed).of_rule(self.rule_id)


@dataclass(frozen=True)
class Coverage:
    """Of the workers on the agency's roster; None where the number is too small to be shown."""

    registered: int | None
    covered: int | None
    not_covered: int | None


@dataclass(frozen=True)
class OfficeFigures:
    """All that the scorecard of an office says."""

    feeds: Sequence[Feed]
    night: date
    states: Sequence[FeedState]
    filled: Share
    """Of the required cells of the newest deliveries."""
    valid: Share
    """Accepted rows of those that are no repeats."""
    timely: Share
    """Deliveries that came of those that were due in the last nights."""
    coverage: Coverage | None
    problems: Sequence[Problem]
    """The worst first: by workers, then by rupiah."""
    months: Sequence[Month]


def read_office(
    published: psycopg.Connection[Any], loader: psycopg.Connection[Any], feeds: Sequence[Feed], night: date
) -> OfficeFigures:
    """Read the figures of an agency's feeds on a published night; `loader` counts rows in quarantine."""
    asked = {"agency": feeds[0].agency, "night": night, "nights": TIMELY_NIGHTS}
    states = feed_states(published, night, feeds)
    required, filled = published.execute(CELLS, ([state.validation_id for state in states],)).fetchone() or (0, 0)
    due, came = published.execute(NIGHTS, asked).fetchone() or (0, 0)
    accepted, quarantined = (
        sum(getattr(state, name) or 0 for state in states) for name in ("accepted_rows", "quarantined_rows")
    )
    coverage = published.execute(COVERAGE, asked).fetchone()
    with published.cursor(row_factory=class_row(Month)) as cursor:
        months = cursor.execute(MONTHS, asked).fetchall()
    problems = [one for delivery in open_deliveries(loader, feeds, night) for one in _problems(loader, delivery)]
    problems.sort(key=lambda one: (-(one.workers or 0), -(one.amount_idr or 0), -one.rows, one.rule_id))
    return OfficeFigures(
        feeds, night, states, Share(filled, required), Share(accepted, accepted + quarantined), Share(came, due),
        Coverage(*coverage) if coverage else None, problems, months,
    )  # fmt: skip


def _problems(loader: psycopg.Connection[Any], delivery: OpenDelivery) -> list[Problem]:
    feed = delivery.feed
    nik = next((sql.Identifier(column.name) for column in feed.columns if column.type == "nik"), None)
    workers = sql.SQL("count(distinct coalesce({}, sheet || ':' || row_number))").format(nik) if nik else None
    amount = None
    if feed.amount:
        read = sql.Identifier("quality", f"to_whole_{feed.spelling_of(feed.column(feed.amount))}")
        amount = sql.SQL("sum({}({}))::bigint").format(read, sql.Identifier(feed.amount))
    query = sql.SQL(PROBLEMS).format(
        workers=workers or sql.SQL("null::bigint"),
        amount=amount or sql.SQL("null::bigint"),
        quarantine=quarantine_table(feed),
    )
    return [Problem(delivery, *row) for row in loader.execute(query, (delivery.fault.facts.validation_id,))]
