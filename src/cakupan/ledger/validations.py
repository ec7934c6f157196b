"""Validations: what was decided about a delivery, and what the record says of it (figures, rows, decisions)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from cakupan.bilingual import Text
from cakupan.feeds import Feed
from cakupan.ledger import digests
from cakupan.ledger.digests import LandedRows
from cakupan.ledger.entries import Entry, append, believed, validation_facts
from cakupan.ledger.merkle import EMPTY_ROOT

_LANDED = ("columns", "landed_rows", "rows_root", "rows_mac")
_OF_DELIVERY: LiteralString = (
    "select entry_no, body from ledger.entry where kind = 'validation'"
    """ and substring(body from '"delivery_id":([0-9]+),') = %(delivery_id)s order by entry_no desc"""
)


@dataclass(frozen=True)
class Held:
    """A delivery that waits for a person's word."""

    delivery_id: int
    name: str
    business_date: date
    reason_id: str
    reason_en: str


@dataclass(frozen=True)
class Decision:
    """What was decided about a delivery: its status, why (code and sentence), and how many of its rows count."""

    status: str
    code: str | None
    reason: Text | None
    delivered_rows: int
    accepted_rows: int
    quarantined_rows: int
    duplicate_rows: int
    median_on: date | None
    """The median date of the accepted rows, where the feed declares a column for it."""


def enter_validation(connection: Connection[Any], delivery_id: int, decision: Decision) -> int:
    """Enter what was decided about a delivery; returns the validation_id. The caller records it, and commits."""
    (validation_id,) = connection.execute(
        "insert into ledger.validation (delivery_id, delivery_status, reason_code, reason_id, reason_en,"
        " delivered_rows, accepted_rows, quarantined_rows, duplicate_rows, median_on)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning validation_id",
        (
            delivery_id,
            decision.status,
            decision.code,
            decision.reason and decision.reason.id,
            decision.reason and decision.reason.en,
            decision.delivered_rows,
            decision.accepted_rows,
            decision.quarantined_rows,
            decision.duplicate_rows,
            decision.median_on,
        ),
    ).fetchone() or (0,)
    return int(validation_id)


def enter_decision(connection: Connection[Any], validation_id: int, status: str, code: str, reason: Text) -> int:
    """Enter what a person decided about the delivery of a validation, with its figures; returns the new one's id."""
    (decided,) = connection.execute(
        "insert into ledger.validation (delivery_id, delivery_status, reason_code, reason_id, reason_en,"
        " delivered_rows, accepted_rows, quarantined_rows, duplicate_rows, median_on)"
        " select delivery_id, %s, %s, %s, %s,"
        " delivered_rows, accepted_rows, quarantined_rows, duplicate_rows, median_on"
        " from ledger.validation where validation_id = %s returning validation_id",
        (status, code, reason.id, reason.en, validation_id),
    ).fetchone() or (0,)
    return int(decided)


def held_deliveries(connection: Connection[Any]) -> list[Held]:
    """Return the deliveries that wait for a person's word, oldest first."""
    with connection.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(
            "select delivery_id, agency || '.' || feed as name, business_date, reason_id, reason_en"
            " from ledger.current_validation where delivery_status = 'HELD' order by delivery_id"
        ).fetchall()


def deliveries_in_force(connection: Connection[Any], feed: Feed, night: date) -> list[tuple[int, int]]:
    """Return the feed's deliveries that the night rests on: delivery_id and validation_id."""
    return connection.execute(
        "select delivery_id, validation_id from ledger.in_force(%s) where agency = %s and feed = %s",
        (night, feed.agency, feed.feed),
    ).fetchall()


def newest_in_force(connection: Connection[Any], feed: Feed, night: date) -> date | None:
    """Return the date of the feed's newest delivery that the night rests on; None where there is none."""
    (newest,) = connection.execute(
        "select max(business_date) from ledger.in_force(%s) where agency = %s and feed = %s",
        (night, feed.agency, feed.feed),
    ).fetchone() or (None,)
    return newest


def accepted_same_bytes(connection: Connection[Any], delivery_id: int) -> date | None:
    """Return the date of the newest accepted delivery of the feed, dated earlier, with the bytes of this one."""
    (earlier,) = connection.execute(
        "select max(v.business_date) from ledger.current_validation as v"
        " join ledger.delivery as d on (d.agency, d.feed, d.sha256) = (v.agency, v.feed, v.sha256)"
        " where d.delivery_id = %s and v.business_date < d.business_date and v.delivery_status = 'ACCEPTED'",
        (delivery_id,),
    ).fetchone() or (None,)
    return earlier


def record_validation(connection: Connection[Any], validation_id: int) -> None:
    """Enter a validation, whose quarantined rows are stored already, at the end of its transaction.

    The tree over the delivery's rows is computed when a delivery is validated first, and again only when it was landed
    again since.
    """
    facts = validation_facts(connection, validation_id)
    if facts is None:
        raise ValueError(f"there is no validation {validation_id}")
    facts |= _landed(connection, facts)
    table = f"{facts['agency']}_{facts['feed']}"
    decided = digests.Digest(0, EMPTY_ROOT)
    if facts["landed_rows"]:
        decided = digests.digest(connection, digests.decisions(table, validation_id, facts["columns"]))
    append(connection, "validation", {**facts, "decisions": decided.facts()})


def last_entry(connection: Connection[Any], delivery_id: int) -> Entry | None:
    """Return the newest entry of a validation of the delivery, but for those that the program did not make."""
    rows = connection.execute(_OF_DELIVERY, {"delivery_id": str(delivery_id)}).fetchall()
    return next(believed(connection, (Entry(*row) for row in rows)), None)


def landed_rows(facts: dict[str, Any]) -> digests.Digest:
    """Return the digest that a validation's entry says of the delivery's rows; raises ValueError."""
    said = {"rows": facts["landed_rows"], "root": facts["rows_root"]}
    return digests.Digest.from_facts(said | ({"mac": facts["rows_mac"]} if "rows_mac" in facts else {}))


def landed_since(facts: dict[str, Any], landed_at: datetime) -> bool:
    """Return whether a delivery was landed again after its validation with these facts was recorded."""
    return datetime.fromisoformat(facts["recorded_at"]) < landed_at


def _landed(connection: Connection[Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Return the delivery's tree: its size, root and columns."""
    landed = connection.execute(
        "select landed_at, landed_rows from ledger.landing where delivery_id = %s", (facts["delivery_id"],)
    ).fetchone()
    landed_at, count = landed or (None, 0)
    known = last_entry(connection, facts["delivery_id"])
    if known and landed_at and not landed_since(known.facts, landed_at) and known.facts["landed_rows"] == count:
        return {name: known.facts[name] for name in _LANDED if name in known.facts}
    columns: tuple[str, ...] = ()
    digest = digests.Digest(0, EMPTY_ROOT)
    if count:
        table = f"{facts['agency']}_{facts['feed']}"
        columns = digests.landed_columns(connection, table, facts["delivery_id"])
        digest = digests.landed_digest(connection, LandedRows(table, facts["delivery_id"], facts["sha256"], columns))
    mac = {"rows_mac": base64.b64encode(digest.mac).decode()} if digest.mac else {}
    return {
        "columns": list(columns),
        "landed_rows": digest.rows,
        "rows_root": base64.b64encode(digest.root).decode(),
        **mac,
    }
