"""How each feed stands on a night: what came last, whether it was let in, what is in force, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from cakupan.bilingual import Text
from cakupan.feeds import Feed

NEEDS_ATTENTION = ("REJECTED", "HELD", "FAILED", "LATE")
STATE_WORDS = {
    "ACCEPTED": Text("DITERIMA", "ACCEPTED"),
    "ARRIVED": Text("TIBA", "ARRIVED"),
    "AWAITED": Text("DITUNGGU", "AWAITED"),
    "FAILED": Text("GAGAL", "FAILED"),
    "HELD": Text("DITAHAN", "HELD"),
    "LATE": Text("TERLAMBAT", "LATE"),
    "MISSING": Text("BELUM PERNAH DATANG", "MISSING"),
    "REJECTED": Text("DITOLAK", "REJECTED"),
    "UNCHANGED": Text("TETAP", "UNCHANGED"),
}
"""What a state is called; the codes themselves are those of JSON and of the marts."""

QUERY = """
    with in_force as (
        select agency, feed, max(business_date) as in_force from ledger.in_force(%(night)s) group by 1, 2
    )
    select
        f.agency || '.' || f.feed as name, f.title, f.owner, f.cadence,
        d.delivery_id, d.business_date, d.received_at, d.original_name,
        v.validation_id, v.delivery_status, v.reason_code, v.reason_id, v.reason_en,
        v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows,
        in_force.in_force, a.asked_at is not null as asked, %(night)s::date as night,
        (
            select x.message from ledger.failure as x
            where x.as_of_date = %(night)s and x.failed_at > coalesce(a.asked_at, '-infinity')
                and starts_with(x.task, 'ingest_' || f.agency || '.' || f.feed || '.')
            order by x.failed_at desc limit 1
        ) as failure
    from ledger.feed as f
    left join lateral (
        select * from ledger.delivery as d
        where (d.agency, d.feed) = (f.agency, f.feed) and d.business_date <= %(night)s
        order by d.business_date desc, d.delivery_id desc limit 1
    ) as d on true
    left join lateral (
        select * from ledger.validation as v
        where v.delivery_id = d.delivery_id order by v.validation_id desc limit 1
    ) as v on true
    left join in_force on (in_force.agency, in_force.feed) = (f.agency, f.feed)
    left join ledger.asked as a on (a.agency, a.feed, a.as_of_date) = (f.agency, f.feed, %(night)s)
    order by 1
"""


@dataclass(frozen=True)
class FeedState:
    """A feed on a night, with its newest delivery dated not after it, and that delivery's newest validation."""

    name: str
    title: str
    owner: str
    cadence: str
    delivery_id: int | None
    business_date: date | None
    received_at: datetime | None
    original_name: str | None
    validation_id: int | None
    delivery_status: str | None
    reason_code: str | None
    reason_id: str | None
    reason_en: str | None
    delivered_rows: int | None
    accepted_rows: int | None
    quarantined_rows: int | None
    duplicate_rows: int | None
    in_force: date | None
    asked: bool
    night: date
    failure: str | None
    """What broke off the feed's steps of the night, if they did and were not mended since."""

    @property
    def failed(self) -> bool:
        """Whether a step of the feed broke off."""
        return self.failure is not None

    @property
    def state(self) -> str:
        """ACCEPTED, HELD or REJECTED of the night's own delivery, else what it waits for.

        FAILED: a step of the feed broke off; ARRIVED: not validated yet; LATE: due and not there when asked for;
        AWAITED: not asked for yet; UNCHANGED: an occasional feed that need not come.
        """
        todays = self.business_date == self.night
        if todays and self.delivery_status:
            return self.delivery_status
        for holds, state in ((self.failed, "FAILED"), (todays, "ARRIVED"), (self.cadence == "occasional", "UNCHANGED")):
            if holds:
                return state
        return "LATE" if self.asked else "AWAITED"

    @property
    def held(self) -> bool:
        """Whether the newest delivery, of whatever date, waits for a person's word."""
        return self.delivery_status == "HELD"

    @property
    def age_days(self) -> int | None:
        """Days from the newest delivery's date to the night."""
        return (self.night - self.business_date).days if self.business_date else None

    @property
    def next_expected(self) -> date | None:
        """The date of the next delivery; None for an occasional feed, which comes when it changes."""
        return None if self.cadence == "occasional" else self.night + timedelta(days=1)


def feed_states(connection: psycopg.Connection[Any], night: date, feeds: Sequence[Feed] = ()) -> list[FeedState]:
    """Return the state of every feed that the database knows, or just of the given ones, sorted by name."""
    with connection.cursor(row_factory=class_row(FeedState)) as cursor:
        states = cursor.execute(QUERY, {"night": night}).fetchall()
    names = {feed.name for feed in feeds}
    return [state for state in states if not names or state.name in names]
