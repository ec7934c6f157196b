"""Whether the three files of a feed fit each other, and the suite the library it is written for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cakupan.feeds import Feed
from cakupan.quality.rule import NOT_NULL, PARSE, ROWS
from cakupan.quality.suite import Suite

TYPED = frozenset({"nik", "kpj", "date", "month", "year", "rupiah", "count", "decimal", "json"})
SPELLED = frozenset({"date", "month", "rupiah", "count", "decimal"})
READS = {"date": {"date"}, "month": {"month"}, "whole": {"rupiah", "count"}, "decimal": {"decimal"}}
_ACCEPTED = re.compile(r"accepted_rows\(\s*'(\w+)',\s*'(\w+)',\s*\[(.*?)\]", re.DOTALL)
_READING = re.compile(r"quality\.to_(date|month|whole|decimal)_(\w+)\((?:accepted\.)?(\w+)\)")


def misfits(feed: Feed, suite: Suite, staging: str) -> list[str]:
    """What does not fit, in one sentence each; empty when all is well."""
    return [*_suite_misfits(feed, suite), *_staging_misfits(feed, staging), *signature_misfits(suite)]


def _suite_misfits(feed: Feed, suite: Suite) -> Iterator[str]:
    names = {column.name for column in feed.columns}
    for rule in suite.row_rules:
        if rule.column is not None and rule.column not in names:
            yield f"the suite judges {rule.column}, which the feed does not declare ({rule.rule_id})"
    given = {rule.column for rule in suite.row_rules if rule.type == NOT_NULL}
    for column in feed.columns:
        if column.required != (column.name in given):
            yield f"{column.name} is {'required' if column.required else 'not required'}, but the suite says otherwise"
        parsed = [(r.kwargs["kind"], r.kwargs.get("spelling")) for r in suite.row_rules if _parses(r, column.name)]
        spelling = feed.spelling_of(column) if column.type in SPELLED else None
        wanted = [(column.type, spelling)] if column.type in TYPED else []
        if parsed != wanted:
            yield f"{column.name} is {column.type} {spelling or ''}".rstrip() + ", but the suite reads it otherwise"
        guard = f"'{column.name}' = any(number_cells)"
        if column.type == "nik" and not any(rule.type == ROWS and guard in rule.where for rule in suite.row_rules):
            yield f"{column.name} is a NIK, but the suite lets in numbers ({guard})"
    keys = [rule for rule in suite.expectations if rule.on_key]
    key = [keys[0].kwargs.get("column_list") or [keys[0].kwargs.get("column")]] if len(keys) == 1 else []
    if key != [list(feed.key)]:
        yield f"the suite must have one rule on the key, {', '.join(feed.key)}"
    if not any(rule.rule_id == f"{suite.name}.record.readable" for rule in suite.expectations):
        yield f"the suite lacks the rule {suite.name}.record.readable"


def _parses(rule: Any, column: str) -> bool:
    return bool(rule.type == PARSE and rule.column == column)


def _staging_misfits(feed: Feed, staging: str) -> Iterator[str]:
    found = _ACCEPTED.findall(staging)
    if [(agency, name) for agency, name, _ in found] != [(feed.agency, feed.feed)]:
        yield f"the staging model must read accepted_rows('{feed.agency}', '{feed.feed}', …) once"
        return
    selected = re.findall(r"'(\w+)'", found[0][2])
    declared = {column.name: column for column in feed.columns}
    if unknown := [name for name in selected if name not in declared]:
        yield f"the staging model selects {', '.join(unknown)}, which the feed does not declare"
    if missing := [name for name in feed.key if name not in selected]:
        yield f"the staging model leaves out {', '.join(missing)} of the key"
    for kind, spelling, name in _READING.findall(staging):
        column = declared.get(name)
        if column and (column.type not in READS[kind] or feed.spelling_of(column) != spelling):
            is_ = f"{column.type} {feed.spelling_of(column)}"
            yield f"the staging model reads {name} by to_{kind}_{spelling}, but it is {is_}"


def signature_misfits(suite: Suite) -> list[str]:
    """Expectations that the installed Great Expectations does not know, or not with these arguments."""
    from great_expectations.expectations.registry import get_expectation_impl

    import cakupan.quality.parse_expectation  # noqa: F401 - registers an expectation

    said = []
    for rule in suite.expectations:
        try:
            kind = get_expectation_impl(rule.type)
            fields = set(kind.__fields__)
            if unknown := set(rule.kwargs) - fields:
                said.append(f"{rule.rule_id}: {rule.type} takes no {', '.join(sorted(unknown))}")
            else:
                kind(**rule.kwargs)
        except Exception as error:
            said.append(f"{rule.rule_id}: {rule.type}: {type(error).__name__}")
    return said
