"""Explains broken rules beyond their sentences: the characters that only look like others, by their names in
Unicode, and why records could not be read. Of a cell only the code point of a character leaves the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from cakupan.bilingual import Text, joined, rows
from cakupan.feeds import Column, Feed
from cakupan.landing import land_again
from cakupan.quality import look_alikes
from cakupan.quality.defects import commonest_defects, describe_defects, describe_place
from cakupan.quality.derived import PLAIN_LETTERS, kind_of
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.rule import PARSE, REGEX, Rule
from cakupan.quality.suite import Suite

NAMED = 3


@dataclass(frozen=True)
class OddCharacter:
    """A character in cells of one column that only looks like another: how many rows, and where it is first."""

    code_point: int
    rows: int
    sheet: str
    row_number: int
    position: int
    """Counted from 1 among the characters of the cell, blanks around them aside."""

    @property
    def name(self) -> str:
        """As Unicode calls it: CYRILLIC CAPITAL LETTER A (U+0410)."""
        return f"{unicodedata.name(chr(self.code_point), '')} (U+{self.code_point:04X})".lstrip()


def explain_rules(
    connection: psycopg.Connection[Any], feed: Feed, suite: Suite, validation_id: int, broken: Collection[str]
) -> dict[str, Text]:
    """Explain, by rule id, those of the broken rules of a stored validation of which there is more to say."""
    found = {}
    for rule in suite.row_rules:
        pattern = _looked_for(rule) if rule.rule_id in broken else None
        if rule.type == REGEX and not kind_of(rule) and f"{feed.name}.{rule.column}.{PLAIN_LETTERS}" in broken:
            continue  # that rule says it
        if pattern and (odd := _odd_characters(connection, feed, validation_id, rule, pattern)):
            found[rule.rule_id] = _named(_column(feed, rule).header, odd)
    if suite.readable_rule.rule_id in broken and (delivery_id := _delivery(connection, validation_id)):
        land_again(connection, [delivery_id])
        defects = commonest_defects(connection, feed, delivery_id)
        if defects:
            found[suite.readable_rule.rule_id] = describe_defects(feed, defects)
    return found


def _looked_for(rule: Rule) -> str | None:
    """Choose the pattern of a character that no good cell of the rule's column has."""
    if kind_of(rule) == PLAIN_LETTERS:
        return look_alikes.ODD_IN_TEXT if rule.kwargs.get("regex") == look_alikes.TEXT else look_alikes.ODD_IN_CODE
    if rule.type == REGEX:
        return look_alikes.ODD_IN_LIST
    return look_alikes.NOT_ASCII if rule.type == PARSE and rule.kwargs["kind"] != "json" else None


def _column(feed: Feed, rule: Rule) -> Column:
    """Find the column of a rule that was derived from it or names it."""
    return feed.column(rule.column or rule.rule_id.split(".")[-2])


def _cell(column: Column, pattern: str) -> sql.Composable:
    """Write what of a cell is looked at: of nested values the first text called `id` with such a character."""
    name = sql.Identifier(column.name)
    if column.type != "json":
        return name
    path = sql.Literal(f'$.**.id ? (@.type() == "string" && @ like_regex "{pattern}")')
    return sql.SQL("(jsonb_path_query_first(quality.to_json({}), {}) #>> '{{}}')").format(name, path)


def _odd_characters(
    connection: psycopg.Connection[Any], feed: Feed, validation_id: int, rule: Rule, pattern: str
) -> list[OddCharacter]:
    query = sql.SQL(
        """
        with found as (
            select sheet, row_number, {cell} as cell
            from {quarantine}
            where validation_id = %s and {rule} = any(rules)
        ),
        signed as (
            select sheet, row_number, cell, substring(cell from {pattern}) as sign from found
        ),
        placed as (
            select sheet, row_number, ascii(sign) as code_point, strpos(cell, sign) as position
            from signed
            where sign is not null
        )
        select distinct on (code_point)
            code_point, count(*) over (partition by code_point), sheet, row_number, position
        from placed
        order by code_point, sheet, row_number
        """
    ).format(
        cell=_cell(_column(feed, rule), pattern),
        pattern=sql.Literal(pattern),
        quarantine=quarantine_table(feed),
        rule=sql.Literal(rule.rule_id),
    )
    odd = [OddCharacter(*row) for row in connection.execute(query, (validation_id,))]
    return sorted(odd, key=lambda each: -each.rows)[:NAMED]


def _named(header: str, odd: list[OddCharacter]) -> Text:
    characters = [
        Text("{}, {}, pertama {}, karakter ke-{}", "{}, {}, first {}, character {}").format(
            each.name, rows(each.rows), describe_place(each.sheet, each.row_number), str(each.position)
        )
        for each in odd
    ]
    return Text("{} memuat {}", "{} holds {}").format(header, joined(characters, "; "))


def _delivery(connection: psycopg.Connection[Any], validation_id: int) -> int | None:
    row = connection.execute(
        "select delivery_id from ledger.validation where validation_id = %s", (validation_id,)
    ).fetchone()
    return row[0] if row else None
