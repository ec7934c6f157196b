"""Whether the files of a feed fit each other, and its rules the library they are written for.

What the declaration states of rows is no matter here: the rules on it are made from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cakupan.feeds import ACCEPTED, Feed
from cakupan.quality.rule import ROWS
from cakupan.quality.suite import Suite

READS = {"date": {"date"}, "month": {"month"}, "whole": {"rupiah", "count"}, "decimal": {"decimal"}}
SHOWN_OF_WORKERS = ("worker_key", "worker_category", "region_code")
"""The columns by which a roster is read."""
_SOURCE = re.compile(r"source\(\s*'keyed',\s*'(\w+)'\s*\)\s*}}\s+as\s+accepted\b")
_READ = re.compile(r"\baccepted\.(\w+)")
_READING = re.compile(r"quality\.to_(date|month|whole|decimal)_(\w+)\((?:accepted\.)?(\w+)\)")


def misfits(feed: Feed, suite: Suite, staging: str) -> list[str]:
    """Return what does not fit, in one sentence each; empty when all is well."""
    return [*_suite_misfits(feed, suite), *_staging_misfits(feed, staging), *signature_misfits(suite)]


def stray_rules(agency: str, feeds: Iterable[Feed], expectations: Path) -> list[str]:
    """Find files among an agency's rules that no feed reads: nobody would miss a misnamed one."""
    read = {f"{feed.feed}.yml" for feed in feeds if feed.agency == agency}
    found = sorted(path.name for path in (expectations / agency).glob("*") if path.name not in read)
    return [
        f"expectations/{agency}/{name} holds rules of no feed; it must be called like the feed, .yml" for name in found
    ]


def _suite_misfits(feed: Feed, suite: Suite) -> Iterator[str]:
    names = {column.name for column in feed.columns}
    for rule in suite.row_rules:
        if rule.column is not None and rule.column not in names:
            yield f"the suite judges {rule.column}, which the feed does not declare ({rule.rule_id})"
        if rule.type == ROWS:
            yield from _misreadings(feed, rule.where, f"the rule {rule.rule_id}")


def _staging_misfits(feed: Feed, staging: str) -> Iterator[str]:
    if _SOURCE.findall(staging) != [feed.table]:
        yield f"the staging model must read {{{{ source('keyed', '{feed.table}') }}}} as accepted, once"
        return
    read = tuple(dict.fromkeys(_READ.findall(staging)))
    declared = {column.name for column in feed.columns}
    unknown = [name for name in read if name not in {*feed.keyed, *ACCEPTED}]
    if personal := [name for name in unknown if name in declared]:
        yield f"the staging model reads {', '.join(personal)}, which is personal: read <name>_key of a NIK or KPJ"
    if unknown := [name for name in unknown if name not in declared]:
        yield f"the staging model reads {', '.join(unknown)}, which the feed does not declare"
    if missing := [name for shown, name in feed.keyed.items() if name in feed.key and shown not in read]:
        yield f"the staging model leaves out {', '.join(missing)} of the key"
    if feed.roster and (missing := [name for name in SHOWN_OF_WORKERS if not re.search(rf"\b{name}\b", staging)]):
        yield f"the feed is a roster, but the staging model does not show {', '.join(missing)}"
    yield from _misreadings(feed, staging, "the staging model")


def _misreadings(feed: Feed, text: str, what: str) -> Iterator[str]:
    """Find columns that SQL text reads otherwise than they are declared."""
    declared = {column.name: column for column in feed.columns}
    for kind, spelling, name in _READING.findall(text):
        column = declared.get(name)
        if column and (column.type not in READS[kind] or feed.spelling_of(column) != spelling):
            is_ = f"{column.type} {feed.spelling_of(column)}"
            yield f"{what} reads {name} by to_{kind}_{spelling}, but it is {is_}"


def signature_misfits(suite: Suite) -> list[str]:
    """Name expectations that the installed Great Expectations does not know, or not with these arguments."""
    from great_expectations.expectations.registry import get_expectation_impl

    import cakupan.quality.expectations  # noqa: F401 - registers an expectation

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
