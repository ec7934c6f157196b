"""Turns the rules of a feed into SQL: the careful condition of each rule, and the strict one that most rows pass.

The *careful* conditions read normalised cells and say which rule a row breaks. The *strict* condition reads cells as
landed and is true only where nothing needs to be done: every cell in normal form and every rule kept. It may be false
for a good row (that row is then looked at with care), never true for a bad one; so it is free to know only the usual
spellings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from cakupan.feeds import Column, Feed
from cakupan.quality import strict
from cakupan.quality.derived import kind_of
from cakupan.quality.rule import IN_SET, NOT_NULL, PARSE, REGEX, ROWS, Rule
from cakupan.quality.suite import Suite

PARSERS = {
    "date": "to_date_{}",
    "month": "to_month_{}",
    "year": "to_year",
    "rupiah": "to_whole_{}",
    "count": "to_whole_{}",
    "decimal": "to_decimal_{}",
    "json": "to_json",
}
NOTICED = ("error", "typed")
_AFTER_NIGHT = re.compile(r"^quality\.to_date_(?:iso|id)\((\w+)\) > business_date$")
_ZERO = re.compile(r"^quality\.to_whole_(?:iso|id)\((\w+)\) = 0$")
_DIGITS = re.compile(r"^\^\[0-9\]\{(\d+)\}\$$")


@dataclass(frozen=True)
class Compiled:
    """The SQL of a feed's rules."""

    strict: sql.Composable
    """Over a landing row: surely clean and already in normal form."""
    broken: sql.Composable
    """Over a row of normalised cells: the array of the ids of the rules it breaks."""


def compile_rules(feed: Feed, suite: Suite, night: date) -> Compiled:
    """Write the SQL for one delivery of the feed, dated `night`."""
    rules = [rule for rule in suite.row_rules if rule is not suite.readable_rule]
    cases = [sql.SQL("case when {} then {} end").format(careful(rule), sql.Literal(rule.rule_id)) for rule in rules]
    broken = sql.SQL("case when readable then array_remove(array[{}]::text[], null) else array[{}] end").format(
        sql.SQL(",\n    ").join(cases), sql.Literal(suite.readable_rule.rule_id)
    )
    tests: list[sql.Composable] = [sql.SQL("defect is null")]
    # Where a reader noticed such a cell, the row is looked at.
    tests += [sql.SQL("{} is null").format(sql.Identifier(f"{noticed}_cells")) for noticed in NOTICED]
    # Printable ASCII, which a strict cell is, has plain letters; a NIK in it is looked for by the column.
    declared = [rule for rule in rules if kind_of(rule) is None]
    tests += [_strict_column(column, feed, declared, night) for column in feed.columns]
    tests += [
        sql.SQL("not coalesce({}, false)").format(raw(rule.where))
        for rule in declared
        if rule.type == ROWS and not _AFTER_NIGHT.match(rule.where) and not _ZERO.match(rule.where)
    ]
    return Compiled(strict=sql.SQL("\n    and ").join(tests), broken=broken)


def careful(rule: Rule) -> sql.Composable:
    """Write the condition under which a row of normalised cells breaks the rule; NULL means it does not."""
    if rule.type == ROWS:
        return sql.SQL("({})").format(raw(rule.where))
    cell = sql.Identifier(rule.kwargs["column"])
    if rule.type == NOT_NULL:
        return sql.SQL("{} is null").format(cell)
    if rule.type == IN_SET:
        return sql.SQL("{} <> all({}::text[])").format(cell, sql.Literal(list(rule.kwargs["value_set"])))
    if rule.type == REGEX:
        return sql.SQL("{} !~ {}").format(cell, sql.Literal(rule.kwargs["regex"]))
    if rule.type == PARSE:
        return sql.SQL("({} is not null and not {})").format(cell, parses(cell, rule))
    raise ValueError(f"{rule.rule_id}: not a rule on rows: {rule.type}")


def parses(cell: sql.Composable, rule: Rule) -> sql.Composable:
    """Write whether a filled normalised cell parses as the rule's kind."""
    kind = rule.kwargs["kind"]
    if kind == "nik":
        return sql.SQL("quality.is_nik({})").format(cell)
    if kind == "kpj":
        return sql.SQL("({} ~ '^[0-9]{{11}}$')").format(cell)
    function = PARSERS[kind].format(rule.kwargs.get("spelling", ""))
    return sql.SQL("({}({}) is not null)").format(sql.Identifier("quality", function), cell)


def normalised(column: Column) -> sql.Composable:
    """Write the column's cell in normal form."""
    function = "normal_nik" if column.type == "nik" else "normal"
    return sql.SQL("{}({})").format(sql.Identifier("quality", function), sql.Identifier(column.name))


def masked(column: Column, cell: sql.Composable) -> sql.Composable:
    """Write a normalised cell as it may leave the landing table: without a NIK, unless it is a NIK's own column."""
    if column.type == "nik":
        return cell
    return sql.SQL("quality.masked({}, {})").format(cell, sql.Literal("9" if column.type == "json" else "X"))


def raw(text: str) -> sql.SQL:
    """Take SQL text that comes from the project's own files as it is."""
    return sql.SQL(text)


def _strict_column(column: Column, feed: Feed, rules: list[Rule], night: date) -> sql.Composable:
    """Write that the column's cell is in normal form and keeps every rule on it alone."""
    own = [rule for rule in rules if rule.column == column.name]
    latest = night if any(_after_night(rule, column) for rule in rules) else None
    cell = sql.Identifier(column.name)
    tests = [_strict_rule(rule, cell, night, latest) for rule in own if rule.type != NOT_NULL]
    if not any(_implies_normal(rule) for rule in own):
        tests.append(strict.plain(cell))
    filled = sql.SQL(" and ").join(tests)
    if any(rule.type == NOT_NULL for rule in own):
        return filled
    return sql.SQL("({} is null or ({}))").format(cell, filled)


def _strict_rule(rule: Rule, cell: sql.Identifier, night: date, latest: date | None) -> sql.Composable:
    if rule.type == IN_SET:
        return strict.one_of(cell, rule.kwargs["value_set"])
    if rule.type == PARSE:
        return strict.parses(cell, rule.kwargs["kind"], rule.kwargs.get("spelling"), night, latest)
    if digits := _number_of_digits(rule):
        return strict.digits(cell, digits)
    return sql.SQL("{} ~ {}").format(cell, sql.Literal(rule.kwargs["regex"]))


def _implies_normal(rule: Rule) -> bool:
    """Tell whether a cell that keeps the strict form of the rule is in normal form, whatever it holds."""
    return rule.type in (IN_SET, PARSE) or (rule.type == REGEX and bool(_number_of_digits(rule)))


def _number_of_digits(rule: Rule) -> int | None:
    """Tell how many digits a cell must be, where that is all there is to it and they could be no NIK."""
    found = _DIGITS.match(rule.kwargs["regex"])
    return int(found.group(1)) if found and int(found.group(1)) != 16 else None


def _after_night(rule: Rule, column: Column) -> bool:
    found = _AFTER_NIGHT.match(rule.where) if rule.type == ROWS else None
    return bool(found and found.group(1) == column.name)
