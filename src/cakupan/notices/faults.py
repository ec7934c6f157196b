"""What was wrong with the deliveries of an agency: which rules, how many rows, where each row is in its own file.

Nothing here reads a cell: of a row only its address and the ids of the rules it breaks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.quality.quarantine import quarantine_table

# Of a snapshot only the newest delivery needs mending, of an increment the newest of each date.
QUERY = """
    select
        d.delivery_id, d.business_date, d.received_at, d.original_name,
        v.validation_id, v.validated_at, v.delivery_status, v.reason_code, v.reason_id, v.reason_en,
        v.delivered_rows, v.quarantined_rows
    from (
        select distinct on (case when %(increment)s then business_date end) *
        from ledger.delivery
        where agency = %(agency)s and feed = %(feed)s and business_date <= %(night)s
        order by case when %(increment)s then business_date end, business_date desc, delivery_id desc
    ) as d
    join lateral (
        select * from ledger.validation as v
        where v.delivery_id = d.delivery_id order by v.validation_id desc limit 1
    ) as v on true
    where v.delivery_status <> 'ACCEPTED' or v.quarantined_rows > 0
    order by d.business_date
"""


@dataclass(frozen=True)
class Broken:
    """A rule that the delivery, or rows of it, did not keep."""

    rule_id: str
    severity: str
    failed_rows: int
    observed: str


@dataclass(frozen=True)
class Facts:
    """A delivery with something wrong, as the ledger has it."""

    delivery_id: int
    business_date: date
    received_at: datetime
    original_name: str
    validation_id: int
    validated_at: datetime
    delivery_status: str
    reason_code: str | None
    reason_id: str | None
    reason_en: str | None
    delivered_rows: int
    quarantined_rows: int

    @property
    def reason(self) -> Text:
        """Why the delivery was not let in."""
        return Text(self.reason_id or "", self.reason_en or "")


@dataclass(frozen=True)
class Address:
    """A quarantined row: where it is in the file, and the rules it breaks."""

    sheet: str
    row_number: int
    rules: list[str]


@dataclass(frozen=True)
class Fault:
    """A delivery with something wrong, and the rules it breaks, those of most rows first."""

    feed: Feed
    facts: Facts
    broken: tuple[Broken, ...]

    @property
    def topic(self) -> str:
        """What there is to tell: validated again with the same outcome, or released, it is the same."""
        outcome = [f"{one.rule_id} {one.failed_rows}" for one in self.broken] or [self.facts.reason_code or ""]
        digest = hashlib.sha256("\n".join(sorted(outcome)).encode()).hexdigest()[:12]
        return f"{self.feed.name} delivery {self.facts.delivery_id} {digest}"


def faults(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date) -> Iterator[Fault]:
    """Yield the deliveries of the feeds, dated not after the night, in which something is still to be mended."""
    for feed in feeds:
        asked = {"agency": feed.agency, "feed": feed.feed, "night": night, "increment": feed.cadence == "increment"}
        with connection.cursor(row_factory=class_row(Facts)) as cursor:
            found = cursor.execute(QUERY, asked).fetchall()
        for facts in found:
            yield Fault(feed, facts, _broken(connection, facts.validation_id))


def quarantined(connection: psycopg.Connection[Any], fault: Fault, limit: int) -> list[Address]:
    """Return the first quarantined rows of the delivery, in the order of its file."""
    query = sql.SQL(
        "select sheet, row_number, rules from {} where validation_id = %s and verdict = 'quarantined'"
        " order by sheet, row_number limit %s"
    ).format(quarantine_table(fault.feed))
    with connection.cursor(row_factory=class_row(Address)) as cursor:
        return cursor.execute(query, (fault.facts.validation_id, limit)).fetchall()


def _broken(connection: psycopg.Connection[Any], validation_id: int) -> tuple[Broken, ...]:
    with connection.cursor(row_factory=class_row(Broken)) as cursor:
        return tuple(
            cursor.execute(
                "select rule_id, severity, failed_rows, observed from quality.rule_result"
                " where validation_id = %s and not success and severity <> 'info' order by failed_rows desc, rule_id",
                (validation_id,),
            )
        )
