"""What is not as it should be, since when, and what rests on it: refused is not forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from cakupan.bilingual import NOTHING, Text, counted, joined, same
from cakupan.lineage.figure_feeds import figure_feeds
from cakupan.notices.message import shown
from cakupan.notices.states import NEEDS_ATTENTION, FeedState

# Of a snapshot only what is not older than the delivery in force, of an increment the newest of each date.
REFUSED = """
    with newest as (
        select distinct on (v.agency, v.feed, v.business_date) v.*
        from ledger.current_validation as v
        where v.business_date <= %(night)s
        order by v.agency, v.feed, v.business_date, v.delivery_id desc
    ),

    in_force as (
        select agency, feed, max(business_date) as business_date from ledger.in_force(%(night)s) group by 1, 2
    )

    select
        newest.agency || '.' || newest.feed as name, newest.delivery_id, newest.business_date, newest.original_name,
        newest.delivery_status, newest.reason_id, newest.reason_en
    from newest
    left join in_force using (agency, feed)
    where
        newest.delivery_status <> 'ACCEPTED'
        and (
            newest.cadence = 'increment'
            or in_force.business_date is null
            or newest.business_date >= in_force.business_date
        )
    order by 1, 3 desc
"""
NIGHT, DAY = Text("malam", "night"), Text("hari", "day")
SINCE = Text("sejak {} ({})", "since {} ({})")
REFUSED_FILE = Text("berkas {!r} tanggal {}: {}", "file {!r} of {}: {}")
NEVER_DELIVERED = Text(
    "belum pernah dikirim. Berikutnya: minta {} mengirimnya sekali.",
    "it was never delivered. Next: ask {} to deliver it once.",
)
NOT_THERE = Text(
    "tidak ada kiriman utuh ketika diminta. Berikutnya: minta {} mengirimnya, lalu jalankan malam ini lagi.",
    "no whole delivery was there when asked for. Next: ask {} to deliver, then run the night again.",
)
NOTHING_EVER = Text("Belum ada yang pernah diterima", "Nothing was ever accepted")
EMPTY_IN = Text("; yang memerlukannya kosong dalam: {}", "; what needs it is empty in: {}")
REACHES_TO = Text("Yang berlaku sampai {}", "What is in force reaches to {}")
IT_IS_IN = Text("; dipakai dalam: {}", "; it is in: {}")
STAYS = Text("Kiriman {}{} tetap berlaku", "That of {}{} stays in force")
OLD = Text(" (berumur {})", " ({} old)")
RESTS = Text("; yang bertumpu padanya: {}", "; on it rest: {}")
NIGHTS = """
    select agency || '.' || feed as name, array_agg(as_of_date order by as_of_date) as nights
    from ledger.asked where as_of_date <= %(night)s group by 1
"""


@dataclass(frozen=True)
class Refused:
    """A delivery that was not let in and that nothing replaced since."""

    name: str
    delivery_id: int
    business_date: date
    original_name: str
    delivery_status: str
    reason_id: str | None
    reason_en: str | None

    @property
    def reason(self) -> Text:
        """Why it was not let in, under the file's name where the reason does not say it itself."""
        reason, name = Text(self.reason_id or "", self.reason_en or ""), shown(self.original_name)
        return reason if name in reason.en else REFUSED_FILE.format(name, self.business_date, reason)

    @property
    def held(self) -> bool:
        """Whether it waits for a person's word."""
        return self.delivery_status == "HELD"


@dataclass(frozen=True)
class NeedsAttention:
    """A feed that needs a look: its state, since which night it lacks what it should have, and what rests on that."""

    state: FeedState
    since: date
    nights: int
    """How many nights that is, this one included."""
    refused: tuple[Refused, ...]
    """Newest first."""
    resting: tuple[str, ...]
    """The published relations whose figures rest on the feed."""

    @property
    def state_word(self) -> str:
        """The state; for a delivery refused before the night its outcome, and MISSING for what never came at all."""
        if self.state.state in NEEDS_ATTENTION:
            return self.state.state
        return self.refused[0].delivery_status if self.refused else "MISSING"

    @property
    def duration(self) -> Text:
        """`since 2025-09-08 (2 nights)`."""
        return SINCE.format(self.since, counted(self.nights, NIGHT))

    @property
    def why(self) -> Text:
        """What is amiss and what comes next."""
        if self.state_word in ("HELD", "REJECTED"):
            return self.refused[0].reason
        if self.state_word == "FAILED":
            return same(self.state.failure or "")
        return (NEVER_DELIVERED if self.state_word == "MISSING" else NOT_THERE).format(self.state.owner)

    @property
    def earlier(self) -> tuple[Refused, ...]:
        """What was refused beside that which `why` tells of, newest first."""
        return self.refused[1:] if self.state_word in ("HELD", "REJECTED") else self.refused

    @property
    def consequence(self) -> Text:
        """What is in force instead, and which figures rest on it."""
        if self.state.in_force is None:
            said, resting = NOTHING_EVER, EMPTY_IN
        elif self.state.cadence == "increment":
            said, resting = REACHES_TO.format(self.state.in_force), IT_IS_IN
        else:
            days = (self.state.night - self.state.in_force).days
            said = STAYS.format(self.state.in_force, OLD.format(counted(days, DAY)) if days else "")
            resting = RESTS
        where = resting.format(", ".join(self.resting)) if self.resting else NOTHING
        return joined([said, where, same(".")], "")


def feeds_needing_attention(
    connection: psycopg.Connection[Any], night: date, states: Sequence[FeedState]
) -> list[NeedsAttention]:
    """Return the feeds that are late, held, rejected or failed on the night, or were refused before it and not mended.

    Also occasional ones that never came: figures that need them are empty.
    """
    with connection.cursor(row_factory=class_row(Refused)) as cursor:
        refused = cursor.execute(REFUSED, {"night": night}).fetchall()
    asked = dict(connection.execute(NIGHTS, {"night": night}).fetchall())
    found = []
    for state in states:
        of_feed = tuple(one for one in refused if one.name == state.name)
        never_came = state.state == "UNCHANGED" and state.in_force is None and state.asked
        if state.state in NEEDS_ATTENTION or of_feed or never_came:
            since = _since(state, of_feed, asked.get(state.name, []))
            nights = {one for one in asked.get(state.name, []) if one >= since} | {night}
            touched = tuple(figure_feeds().resting_on(state.name))
            found.append(NeedsAttention(state, since, len(nights), of_feed, touched))
    return found


def _since(state: FeedState, refused: Sequence[Refused], asked: Sequence[date]) -> date:
    """Return the first night that lacked what it should have had."""
    first = [one.business_date for one in refused]
    if state.cadence != "occasional" or not refused:
        first += [night for night in asked if state.in_force is None or night > state.in_force]
    return min([*first, state.night])
