"""The rows of a delivery as Great Expectations looks at them: temporary tables beside those of the pass.

`gx_rows` holds rows in normal form. Of a small delivery that is every row. Of a large one it is every row that was
not surely clean at first sight, and of the others every n-th, so that a first look that lets in too much shows as well.
`gx_keys` holds, of the whole delivery, the rows that pass and whose key occurs again.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from cakupan.feeds import Feed
from cakupan.quality.column_sql import column_list, key_hash
from cakupan.quality.compiler import careful, masked, normalised
from cakupan.quality.counts import Delivery
from cakupan.quality.quarantine import quarantine_table
from cakupan.quality.suite import Suite

AT_MOST = 50_000
"""Rows of a delivery that is looked at whole; of a larger one about so many of those that are clean at first sight."""

TABLES = ("gx_rows", "earlier_key", "repeated", "sharing", "gx_keys")


def gather_gx_rows(
    connection: psycopg.Connection[Any], feed: Feed, suite: Suite, delivery: Delivery, delivered_rows: int
) -> None:
    """Make `gx_rows` and `gx_keys` for the delivery that the pass has just been over."""
    every = -(-delivered_rows // AT_MOST)
    whole = every <= 1
    names = _names(feed, suite, delivery)
    names["landed"] = sql.SQL(_WHOLE if whole else _SUSPECTS_AND_SAMPLE).format(**names, every=sql.Literal(every))
    names["sharing"] = sql.SQL(_SHARING_OF_WHOLE if whole else _SHARING_OF_LARGE).format(**names)
    connection.execute("drop table if exists " + ", ".join(f"pg_temp.{table}" for table in TABLES))
    steps = [_GX_ROWS, _EARLIER_KEY if delivery.earlier else _NO_EARLIER_KEY, _SHARING, _GX_KEYS]
    if not whole:
        steps.insert(2, _REPEATED)
    for step in steps:
        connection.execute(sql.SQL(step).format(**names))


def _names(feed: Feed, suite: Suite, delivery: Delivery) -> dict[str, sql.Composable]:
    compared = [column for column in feed.columns if not column.running_number]
    blocking = [rule for rule in suite.row_rules if rule.severity != "info" and rule is not suite.readable_rule]
    broken = sql.SQL(" or ").join(careful(rule) for rule in blocking) if blocking else sql.SQL("false")
    masked_cells = (masked(column, sql.Identifier("p", column.name)) for column in compared)
    return {
        "landing": sql.Identifier("landing", feed.table),
        "quarantine": quarantine_table(feed),
        "delivery": sql.Literal(delivery.delivery_id),
        "night": sql.Literal(delivery.night),
        "deliveries": sql.Literal([number for number, _ in delivery.earlier]),
        "validations": sql.Literal([number for _, number in delivery.earlier]),
        "noticed": column_list(("number_cells", "error_cells", "typed_cells", "defect")),
        "cells": column_list(column.name for column in feed.columns),
        "normal_cells": sql.SQL(", ").join(
            sql.SQL("{} as {}").format(normalised(column), sql.Identifier(column.name)) for column in feed.columns
        ),
        "compared": column_list(column.name for column in compared),
        "e_compared": column_list((column.name for column in compared), "e"),
        "p_compared": sql.SQL(", ").join(masked_cells),
        "e_key": _key(feed, "e"),
        "p_key": _key(feed, "p"),
        "key_hash": _key_hash(feed),
        "indexed_hash": key_hash(feed.key),
        "key_columns": sql.SQL(", ").join(
            sql.SQL("{} as {}").format(_filled(name), sql.Identifier(name)) for name in feed.key
        ),
        "broken": broken,
    }


def _key(feed: Feed, table: str | None = None) -> sql.Composable:
    return sql.SQL("({})").format(sql.SQL(", ").join(_filled(name, table) for name in feed.key))


def _key_hash(feed: Feed) -> sql.Composable:
    """Hash a key to 64 bits, by another way than the pass makes its own."""
    cells = sql.SQL(", ").join(_filled(name) for name in feed.key)
    return sql.SQL("hashtextextended(concat_ws(chr(31), {}), 0)").format(cells)


def _filled(name: str, table: str | None = None) -> sql.Composable:
    """Write a cell of a key, where an empty one is like any other, which NULL is not; compared by its bytes."""
    cell = sql.Identifier(table, name) if table else sql.Identifier(name)
    return sql.SQL("""coalesce({}, '') collate "C" """).format(cell)


_WHOLE = "select *, {night}::date as business_date from {landing} where delivery_id = {delivery}"
_SUSPECTS_AND_SAMPLE = """
    select * from suspect
    union all
    select *, {night}::date as business_date from {landing} as l
    where delivery_id = {delivery} and row_number % {every} = 0 and not exists (
        select from suspect as s where s.sheet = l.sheet and s.row_number = l.row_number
    )
"""
_GX_ROWS = """
create temporary table gx_rows on commit drop as
select sheet, row_number, business_date, {noticed}, {normal_cells} from ({landed}) as landed
"""
_NO_EARLIER_KEY = "create temporary table earlier_key on commit drop as select {cells} from gx_rows limit 0"
_EARLIER_KEY = """
create temporary table earlier_key on commit drop as
with keys as materialized (
    select {indexed_hash} as key_hash from {landing} where delivery_id = {delivery}
    union
    select {indexed_hash} from (select {normal_cells} from suspect where defect is null) as normalised
)
select {cells} from {landing} as l
where delivery_id = any({deliveries}) and {indexed_hash} in (select key_hash from keys) and not exists (
    select from {quarantine} as q
    where q.validation_id = any({validations}) and q.sheet = l.sheet and q.row_number = l.row_number
        and q.delivery_id = l.delivery_id
)
union all
select {cells} from {quarantine}
where validation_id = any({validations}) and verdict = 'accepted'
    and {indexed_hash} in (select key_hash from keys)
"""
# By a hash, which is quick to sort: keys of equal hash that are others come along, and are told apart in what follows.
_REPEATED = """
create temporary table repeated on commit drop as
select key from (
    select {key_hash} as key from {landing} where delivery_id = {delivery}
    union all
    select {key_hash} from (select {normal_cells} from suspect where defect is null) as normalised
) as keys
group by key having count(*) > 1
union
select {key_hash} from earlier_key
"""
_SHARING = "create temporary table sharing on commit drop as {sharing}"
_SHARING_OF_WHOLE = "select * from gx_rows where defect is null"
_SHARING_OF_LARGE = """
    select {noticed}, business_date, {cells}
    from (select {noticed}, business_date, {normal_cells} from suspect where defect is null) as suspects
    where {key_hash} in (select key from repeated)
    union all
    select {noticed}, {night}::date as business_date, {cells} from {landing} as l
    where delivery_id = {delivery} and {key_hash} in (select key from repeated) and not exists (
        select from suspect as s where s.sheet = l.sheet and s.row_number = l.row_number
    )
"""
# From a table of its own: within one query the rules would be asked of every row of the delivery.
_GX_KEYS = """
create temporary table gx_keys on commit drop as
with passing as (
    select distinct {compared} from sharing where not coalesce({broken}, false)
),
news as (
    select * from passing as p
    where not exists (
        select from earlier_key as e where {e_key} = {p_key} and ({e_compared}) is not distinct from ({p_compared})
    )
)
select {key_columns}, false as earlier from news
union all
select {key_columns}, true as earlier from earlier_key
"""
