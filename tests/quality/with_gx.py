"""The same rules judged the long way round: Great Expectations over every row, cells normalised in Python.

Column rules and the key run on pandas, with the Python account of the cell types; rules written as a query run on the
database, in a table of all rows. Of production there is the library's context and the declared rules alone: which rows
are normal, repeated and judged is worked out here anew, because that is what the pass and its tables are held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql

from cakupan.database import Role, url
from cakupan.feeds import Feed
from cakupan.quality.cells import normal, normal_nik
from cakupan.quality.gx_context import as_expectation, context, error_message, great_expectations
from cakupan.quality.rule import ROWS, Rule
from cakupan.quality.suite import Suite
from tests.quality.deliveries import NIGHT, Row

Broken = dict[int, set[str]]
"""Rule ids by position of the row."""
NOTICED = ("number_cells", "error_cells", "typed_cells", "defect")
COMPLETE = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["address"],
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 1_000_000,
}


def normalised(feed: Feed, row: Row) -> dict[str, str | None]:
    cells = {column.name: row.get(column.name) for column in feed.columns}
    return {
        column.name: (normal_nik if column.type == "nik" else normal)(cells[column.name]) for column in feed.columns
    }


def first_of_equal_rows(feed: Feed, rows: Sequence[Row]) -> list[int]:
    """Positions of the rows that count: the first of each that are equal, running numbers aside.

    Where a NIK was typed as a number and as text, the text counts.
    """
    compared = [column.name for column in feed.columns if not column.running_number]
    seen, first = set(), []
    niks = {column.name for column in feed.columns if column.type == "nik"}
    ordered = sorted(
        enumerate(rows),
        key=lambda place: (
            bool(niks & set(place[1].get("number_cells") or ())),
            place[1]["sheet"],
            place[1]["row_number"],
        ),
    )
    for position, row in ordered:
        cells = normalised(feed, row)
        readable = row.get("defect") is None
        content = tuple(cells[name] for name in compared) if readable else ("unreadable", row.get("raw_record"))
        if content not in seen:
            seen.add(content)
            first.append(position)
    return first


def broken_rules(connection: psycopg.Connection[Any], feed: Feed, suite: Suite, rows: Sequence[Row]) -> Broken:
    """What Great Expectations says of each row that counts."""
    counting = first_of_equal_rows(feed, rows)
    frame = pd.DataFrame(
        [{"address": position, **normalised(feed, rows[position])} for position in counting], dtype=object
    )
    readable = [position for position in counting if rows[position].get("defect") is None]
    broken: Broken = {position: set() for position in counting}
    by_query = [rule for rule in suite.row_rules if rule.type == ROWS]
    by_column = [rule for rule in suite.row_rules if rule.type != ROWS]
    found = judged_by_pandas(frame[frame["address"].isin(readable)], by_column)
    found |= judged_by_sql(connection, feed, rows, counting, by_query)
    for rule_id, positions in found.items():
        for position in positions:
            if position in readable or rule_id == suite.readable_rule.rule_id:
                broken[position].add(rule_id)
    reported = {rule.rule_id for rule in suite.row_rules if rule.severity == "info"}
    passing = [position for position in readable if not broken[position] - reported]
    key = judged_by_pandas(frame[frame["address"].isin(passing)], [suite.key_rule])
    for position in _whole_groups(frame, feed, passing, key[suite.key_rule.rule_id]):
        broken[position].add(suite.key_rule.rule_id)
    return broken


def _whole_groups(frame: pd.DataFrame, feed: Feed, passing: list[int], named: set[int]) -> set[int]:
    """For compound keys the library names all but the first row of a key; the key is broken by that one too."""
    keys = {row["address"]: tuple(row[name] for name in feed.key) for row in frame.to_dict("records")}
    return {position for position in passing if keys[position] in {keys[n] for n in named}}


def judged_by_pandas(frame: pd.DataFrame, rules: Iterable[Rule]) -> dict[str, set[int]]:
    """Addresses of failing rows by rule id."""
    return _validate(_frames().get_batch(batch_parameters={"dataframe": frame}), rules, _index_list)


def judged_by_sql(
    connection: psycopg.Connection[Any], feed: Feed, rows: Sequence[Row], positions: list[int], rules: Iterable[Rule]
) -> dict[str, set[int]]:
    """Addresses of failing rows by rule id, for rules written as a query."""
    table = sql.Identifier("landing", "normalised_rows")
    cells = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(column.name)) for column in feed.columns)
    connection.execute(sql.SQL("drop table if exists {}").format(table))
    connection.execute(
        sql.SQL(
            "create table {} (address int, business_date date, number_cells text[], error_cells text[],"
            " typed_cells text[], defect text, {})"
        ).format(table, cells)
    )
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin").format(table)) as lines:
        for position in positions:
            row = rows[position]
            lines.write_row([position, NIGHT, *map(row.get, NOTICED), *normalised(feed, row).values()])
    connection.commit()
    source = context().data_sources.add_or_update_postgres(
        name="tables", connection_string=url(Role.LOADER, driver="postgresql+psycopg")
    )
    asset = source.add_table_asset("rows", table_name="normalised_rows", schema_name="landing")
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    found = _validate(batch, rules, _row_list)
    source.get_execution_engine().engine.dispose()
    return found


def _validate(batch: Any, rules: Iterable[Rule], addresses: Any) -> dict[str, set[int]]:
    declared = [as_expectation(rule) for rule in rules]
    suite = great_expectations().ExpectationSuite(name="rows", expectations=declared)
    found = {}
    for result in batch.validate(suite, result_format=COMPLETE).results:
        rule_id = result.expectation_config.meta["rule_id"]
        assert not error_message(result.exception_info), rule_id
        found[rule_id] = set(addresses(result.result))
        assert bool(found[rule_id]) != result.success, rule_id
    assert len(found) == len(declared)
    return found


def _index_list(result: dict[str, Any]) -> Iterable[int]:
    return [address for group in result.get("unexpected_index_list") or [] for address in group["address"]]


def _row_list(result: dict[str, Any]) -> Iterable[int]:
    listed = [row["address"] for row in result["details"]["unexpected_rows"]] if result["observed_value"] else []
    assert len(listed) == result["observed_value"], "the library lists 200 failing rows at most"
    return listed


@cache
def _frames() -> Any:
    return (
        context()
        .data_sources.add_pandas("frames")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
    )
