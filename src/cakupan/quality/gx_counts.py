"""Great Expectations judges the rules on rows themselves, in PostgreSQL, and counts for itself what breaks them.

A feed has up to three expectation suites, over query assets on the tables of `gx_rows`: on all records, on those that
could be read, and on keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from cakupan.quality.gx_context import (
    NotJudged,
    as_expectation,
    context,
    error_message,
    great_expectations,
    lent_connection,
    warehouse_source,
)
from cakupan.quality.rule import ROWS, Rule
from cakupan.quality.suite import Suite

RECORDS, READABLE, KEYS = "records", "readable", "keys"
QUERIES = {
    RECORDS: "select * from pg_temp.gx_rows",
    READABLE: "select * from pg_temp.gx_rows where defect is null",
    KEYS: "select * from pg_temp.gx_keys",
}
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""Of unexpected values none is asked for: no cell leaves the database, and no table is read once for each rule."""
COUNTED = "counted_unexpected_rows_expectation"
"""In place of an `unexpected_rows_expectation` on each row, so that it is counted in one query with all others."""
SHARED_WITH_EARLIER = (
    "select * from (select *, count(*) over (partition by {key}) as sharing from {{batch}}) as shared"
    " where not earlier and sharing > 1"
)


@dataclass(frozen=True)
class GxCount:
    """What Great Expectations said of one rule."""

    success: bool
    unexpected_rows: int


def count_with_gx(connection: psycopg.Connection[Any], suite: Suite, *, across: bool) -> dict[str, GxCount]:
    """Judge the rules on rows and the key over `gx_rows` and `gx_keys`, by rule id.

    `across` says that earlier deliveries have a part in the key. Raises NotJudged where the library cannot judge.
    """
    with lent_connection().lend(connection):
        results = [
            result
            for table, expected in _suites(suite.model_dump_json(), across).items()
            for result in _batches()[table].get_batch().validate(expected, result_format=COUNTS_ONLY).results
        ]
    found = {}
    for result in results:
        rule_id = result.expectation_config.meta["rule_id"]
        if message := error_message(result.exception_info):
            raise NotJudged(f"{rule_id}: {message}")
        found[rule_id] = GxCount(bool(result.success), _unexpected_rows(result.result))
    wanted = {rule.rule_id for rule in (*suite.row_rules, suite.key_rule)}
    if found.keys() != wanted:
        raise NotJudged(f"{suite.name}: no judgement on {sorted(found.keys() ^ wanted)}")
    return found


def _unexpected_rows(result: Mapping[str, Any]) -> int:
    """Count rows that break the rule: observed where it is a query, unexpected where it is on a column."""
    return int((result["observed_value"] if "observed_value" in result else result["unexpected_count"]) or 0)


@cache
def _suites(suite: str, across: bool) -> dict[str, Any]:
    """Make the expectation suites of a feed's rules, by table, once for each process."""
    library, rules = great_expectations(), Suite.model_validate_json(suite)
    context()  # what is expected belongs to it
    judged = {
        RECORDS: [_on_rows(rules.readable_rule)],
        READABLE: [_on_rows(rule) for rule in rules.row_rules if rule != rules.readable_rule],
        KEYS: [_on_key(rules.key_rule, across)],
    }
    return {
        table: library.ExpectationSuite(name=f"{rules.name} {table}", expectations=expectations)
        for table, expectations in judged.items()
        if expectations
    }


def _on_rows(rule: Rule) -> dict[str, Any]:
    return as_expectation(rule, type=COUNTED) if rule.type == ROWS else as_expectation(rule)


def _on_key(rule: Rule, across: bool) -> dict[str, Any]:
    """Take the rule as declared; where the key holds over all deliveries, count the rows that share theirs with any."""
    if not across:
        return as_expectation(rule)
    columns = rule.kwargs.get("column_list") or [rule.column]
    query = SHARED_WITH_EARLIER.format(key=", ".join(columns))
    return as_expectation(rule, type=ROWS, kwargs={"unexpected_rows_query": query})


@cache
def _batches() -> dict[str, Any]:
    assets = {name: warehouse_source().add_query_asset(name, query) for name, query in QUERIES.items()}
    return {name: asset.add_batch_definition_whole_table("all") for name, asset in assets.items()}
