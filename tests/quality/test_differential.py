"""Great Expectations, run over every row with the same suites, fails exactly the rows the pass did, rule by rule."""

from __future__ import annotations

import random
from typing import Any

import pytest

from cakupan.feeds import Feed
from cakupan.quality.suite import Suite, load_suite
from tests.quality.cells_of import bad_rows, good_row
from tests.quality.deliveries import FEEDS, NIGHT, Row, Warehouse
from tests.quality.with_gx import broken_rules, first_of_equal_rows, normalised

every_feed = pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)


def dirty_rows(feed: Feed, suite: Suite) -> list[Row]:
    """Every way to break every rule, cosmetics, repeats, key conflicts, and mixtures of them all."""
    chance = random.Random(feed.name)  # noqa: S311 - the same rows every time
    numbers = iter(range(100, 99_000))

    def good() -> dict[str, Any]:
        return good_row(feed, suite, next(numbers), NIGHT)

    optional = [column.name for column in feed.columns if not column.required]
    rows: list[Row] = [good() for _ in range(10)]
    rows += [{name: f"\u00a0'{cell}\t" for name, cell in good().items()} for _ in range(3)]
    rows += [{**good(), name: None} for name in optional] + [{**good(), name: " "} for name in optional]
    broken = [row for rule in suite.row_rules for row in bad_rows(rule, feed, good(), NIGHT)]
    rows += broken
    rows += [rows[0], {name: f" {cell} " for name, cell in rows[1].items()}, broken[-1], broken[len(broken) // 2]]
    rows += conflicts(feed, rows[2], rows[3], broken[-1])
    readable = [row for row in rows if not row.get("defect")]
    for _ in range(80):
        mixed = dict(chance.choice(readable))
        for name in chance.sample([column.name for column in feed.columns], k=2):
            mixed[name] = chance.choice(readable).get(name)
        rows.append(mixed)
    sheets = ["Batu", "Bumiaji"] if feed.format.kind == "xlsx" else [""]
    return [{**row, "sheet": chance.choice(sheets), "row_number": n} for n, row in enumerate(rows, 5)]


def conflicts(feed: Feed, one: Row, two: Row, broken: Row) -> list[Row]:
    """Rows with the key of another: with other content, twice over, and one that is broken besides."""
    key = {name: one[name] for name in feed.key}
    return [{**two, **key}, {**two, **key}, {**broken, **{name: two[name] for name in feed.key}}]


@every_feed
def test_the_pass_and_great_expectations_agree(warehouse: Warehouse, feed: Feed) -> None:
    suite = load_suite(feed)
    rows = dirty_rows(feed, suite)
    delivery = warehouse.land(feed, rows)
    (outcome,) = warehouse.validate(feed)
    in_quarantine = warehouse.verdicts(feed, delivery)
    broken = broken_rules(warehouse.connection, feed, suite, rows)
    reported = {rule.rule_id for rule in suite.row_rules if rule.severity == "info"}

    for position, row in enumerate(rows):
        verdict, rules = in_quarantine.get((row["sheet"], row["row_number"]), ("accepted", []))
        if position not in broken:
            assert (verdict, rules) == ("duplicate", []), row
        else:
            expected = "quarantined" if broken[position] - reported else "accepted"
            assert (verdict, rules) == (expected, sorted(broken[position])), row

    seen = set().union(*broken.values())
    assert seen == {rule.rule_id for rule in (*suite.row_rules, suite.key_rule)}, "a rule nothing breaks is dead"
    assert outcome.delivered_rows == len(rows)
    assert outcome.duplicate_rows == len(rows) - len(first_of_equal_rows(feed, rows))
    assert outcome.quarantined_rows == sum(1 for rules in broken.values() if rules - reported)
    results = warehouse.connection.execute(
        "select rule_id, failed_rows, success from quality.rule_result where validation_id = %s",
        (outcome.validation_id,),
    ).fetchall()
    assert {rule_id: failed for rule_id, failed, _ in results if not rule_id.startswith("delivery.")} == {
        rule_id: sum(rule_id in rules for rules in broken.values()) for rule_id in seen
    }
    counted = warehouse.connection.execute(
        "select rule_id, unexpected_rows, recounted_rows from quality.rule_result where validation_id = %s"
        " and rule_id not like 'delivery.%%'",
        (outcome.validation_id,),
    ).fetchall()
    assert [(rule_id, ours) for rule_id, ours, _ in counted] == [(rule_id, theirs) for rule_id, _, theirs in counted]
    assert all(ours for _, ours, _ in counted)
    assert {rule_id for rule_id, _, _ in results} == {rule.rule_id for rule in suite.expectations}
    assert all(success == (failed == 0) for rule_id, failed, success in results if not rule_id.startswith("delivery."))


@every_feed
def test_what_is_let_in_is_in_normal_form(warehouse: Warehouse, feed: Feed) -> None:
    suite = load_suite(feed)
    rows = dirty_rows(feed, suite)[:13]
    clean = [good_row(feed, suite, number, NIGHT) for number in range(60_113, 60_300)]
    rows = [{**row, "sheet": "", "row_number": n} for n, row in enumerate([*rows, *clean], 2)]
    delivery = warehouse.land(feed, rows)
    (outcome,) = warehouse.validate(feed)
    assert (outcome.status, outcome.accepted_rows) == ("ACCEPTED", len(rows))
    assert warehouse.accepted(feed, delivery) == [tuple(normalised(feed, row).values()) for row in rows]
