"""One page about the deliveries of a night: what came, what was let in, which rules were broken.

A single file without anything from elsewhere, in Indonesian with a switch to English, fit to be mailed to the offices:
it names feeds, rules and counts, never the content of a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import psycopg
from psycopg.rows import class_row, dict_row

from cakupan import bilingual
from cakupan.bilingual import Text, same
from cakupan.feeds import Feed
from cakupan.files import write_whole
from cakupan.ledger.validations import newest_in_force
from cakupan.quality.explanations import explain_rules
from cakupan.quality.suite import load_suite

ORDER = {"REJECTED": 0, "HELD": 1, "LATE": 2, "ACCEPTED": 3}


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of a delivery, or the delivery itself, did not keep."""

    rule_id: str
    says: Text
    severity: str
    failed_rows: int
    observed: str
    on_delivery: bool
    detail: Text | None = None


@dataclass(frozen=True)
class FeedLine:
    """A feed in the night."""

    feed: Feed
    status: str
    facts: dict[str, Any]
    broken: tuple[BrokenRule, ...] = ()
    in_force: date | None = None
    """Of a late feed: the date of what stays in force."""
    remarks: tuple[Text, ...] = ()
    """What was noticed of the delivery and holds nothing."""


@dataclass(frozen=True)
class _Failed:
    rule_id: str
    severity: str
    failed_rows: int
    observed: str


def night_report(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date) -> str:
    """Write the page as HTML text."""
    lines = feed_lines(connection, feeds, night)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"number": bilingual.number, "local": bilingual.local}
    return environment.get_template("report.html.j2").render(
        night=night,
        day=bilingual.day(night),
        lines=lines,
        totals={
            name: sum(line.facts.get(name) or 0 for line in lines)
            for name in ("delivered_rows", "accepted_rows", "quarantined_rows", "duplicate_rows")
        },
        counts={status: sum(line.status == status for line in lines) for status in ORDER},
    )


def feed_lines(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date) -> list[FeedLine]:
    """Read how each feed fared in the night, the worst first; it needs the loader's rights."""
    lines = [line for feed in feeds if (line := _line(connection, feed, night))]
    return sorted(lines, key=lambda line: (ORDER[line.status], line.feed.name))


def write_night_report(connection: psycopg.Connection[Any], feeds: Sequence[Feed], night: date, path: Path) -> None:
    """Write the page to a file, whole or not at all."""
    write_whole(path, night_report(connection, feeds, night))


def _line(connection: psycopg.Connection[Any], feed: Feed, night: date) -> FeedLine | None:
    """Read the feed's newest delivery of the night; an occasional feed without one has no line."""
    with connection.cursor(row_factory=dict_row) as cursor:
        facts = cursor.execute(
            "select * from ledger.current_validation where agency = %s and feed = %s and business_date = %s"
            " order by delivery_id desc limit 1",
            (feed.agency, feed.feed, night),
        ).fetchone()
    if facts is None:
        return (
            None
            if feed.cadence == "occasional"
            else FeedLine(feed, "LATE", {}, in_force=newest_in_force(connection, feed, night))
        )
    number = facts["validation_id"]
    return FeedLine(
        feed, facts["delivery_status"], facts, _broken(connection, feed, number), remarks=_remarks(connection, number)
    )


def _remarks(connection: psycopg.Connection[Any], validation_id: int) -> tuple[Text, ...]:
    """Read what is not said in the delivery's reason already."""
    rows = connection.execute(
        "select r.detail_id, r.detail_en from quality.remark as r join ledger.validation as v using (validation_id)"
        " where validation_id = %s and r.detail_en is distinct from v.reason_en"
        " order by remark_code, column_name, value",
        (validation_id,),
    )
    return tuple(Text(*row) for row in rows)


def _broken(connection: psycopg.Connection[Any], feed: Feed, validation_id: int) -> tuple[BrokenRule, ...]:
    suite = load_suite(feed)
    rules = {rule.rule_id: rule for rule in suite.expectations}
    with connection.cursor(row_factory=class_row(_Failed)) as cursor:
        failed = cursor.execute(
            "select rule_id, severity, failed_rows, observed from quality.rule_result"
            " where validation_id = %s and not success order by failed_rows desc, rule_id",
            (validation_id,),
        ).fetchall()
    more = explain_rules(connection, feed, suite, validation_id, {one.rule_id for one in failed if one.failed_rows})
    return tuple(
        BrokenRule(
            rule_id=one.rule_id,
            # A rule of a past night may have been withdrawn since: its id still says which one it was.
            says=rules[one.rule_id].meta.sentence if one.rule_id in rules else same(one.rule_id),
            severity=one.severity,
            failed_rows=one.failed_rows,
            observed=one.observed,
            on_delivery=one.rule_id in rules and rules[one.rule_id].on_delivery,
            detail=more.get(one.rule_id),
        )
        for one in failed
    )
