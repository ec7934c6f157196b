"""The quarantined rows of a delivery as its office sent them, with the rules they break in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from cakupan import settings
from cakupan.bilingual import Text, joined
from cakupan.feeds import Feed, find_feed
from cakupan.landing import land_again
from cakupan.ledger.deliveries import newest_with
from cakupan.notices import wording
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.rule import Rule
from cakupan.quality.suite import Suite, load_suite

QUERY = """
    select q.sheet, q.row_number, q.rules, l.defect, l.raw_record, {cells}
    from {quarantine} as q
    join {landing} as l using (delivery_id, sheet, row_number)
    where q.validation_id = %s and q.verdict = 'quarantined'
    order by q.sheet, q.row_number
"""


@dataclass(frozen=True)
class BadRow:
    """A row that was set aside."""

    sheet: str
    row_number: int
    rules: tuple[str, ...]
    cells: Mapping[str, str | None]
    """As received, by column; all None where the record could not be read."""
    raw_record: str | None
    """What stands there instead, where it could not be read."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it is in its file."""
        return self.sheet, self.row_number


@dataclass(frozen=True)
class Fault:
    """A rule that a row breaks: the columns to look at, what it says, what to do."""

    rule_id: str
    columns: tuple[str, ...]
    says: Text
    remedy: Text

    @property
    def sentence(self) -> Text:
        """Both, as a person reads them."""
        return joined([Text(f"{self.says.id}.", f"{self.says.en}."), self.remedy])


def bad_rows(connection: psycopg.Connection[Any], feed: Feed, validation_id: int, delivery_id: int) -> Iterator[BadRow]:
    """Yield the quarantined rows of a validation, in the order of their file; rows that were dropped are landed again.

    Raises psycopg.Error, and CannotLandAgain where the archived file does not give them.
    """
    land_again(connection, [delivery_id])
    names = [column.name for column in feed.columns]
    query = sql.SQL(QUERY).format(
        cells=sql.SQL(", ").join(sql.Identifier("l", name) for name in names),
        quarantine=quarantine_table(feed),
        landing=sql.Identifier("landing", feed.table),
    )
    for sheet, number, rules, defect, raw, *cells in connection.execute(query, (validation_id,)):
        yield BadRow(sheet, number, tuple(rules), dict(zip(names, cells, strict=True)), raw if defect else None)


class Faults:
    """What there is to say of the rules of a feed."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._suite: Suite = load_suite(feed)
        self._rules: dict[str, Rule] = {rule.rule_id: rule for rule in self._suite.expectations}

    def of(self, row: BadRow) -> list[Fault]:
        """Say what is wrong with a row, rule by rule."""
        return [self.of_rule(rule_id) for rule_id in row.rules]

    def of_rule(self, rule_id: str) -> Fault:
        """Say what a rule asks, also one that was withdrawn since."""
        rule = self._rules.get(rule_id)
        about = rule_id.removeprefix(f"{self._feed.name}.").split(".")[0]
        columns = self._feed.key if rule_id == self._suite.key_rule.rule_id else (about,)
        known = {column.name for column in self._feed.columns}
        return Fault(
            rule_id,
            tuple(name for name in columns if name in known),
            wording.says(rule, rule_id),
            wording.remedy(self._feed, rule, rule_id),
        )


def find_bad_row(
    connection: psycopg.Connection[Any], delivery: str, place: tuple[str, int]
) -> tuple[Feed, BadRow] | None:
    """Find the row at a place of a delivery, by its number or its SHA-256; None where it is not in quarantine."""
    delivery_id = newest_with(connection, delivery)
    current = connection.execute(
        "select agency || '.' || feed, validation_id from ledger.current_validation where delivery_id = %s",
        (delivery_id,),
    ).fetchone()
    if delivery_id is None or current is None:
        return None
    feed = find_feed(settings.FEEDS, current[0])
    rows = bad_rows(connection, feed, current[1], delivery_id)
    return next(((feed, row) for row in rows if row.place == place), None)
