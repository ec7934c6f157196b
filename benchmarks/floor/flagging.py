"""Flags, types and sets aside the rows of the night's tables of text, feed by feed, with one file of plain SQL."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.floor.copying import raw_table
from cakupan.feeds import Column, Feed
from cakupan.quality.column_sql import column_list
from cakupan.quality.compiler import PARSERS, compile_rules, normalised
from cakupan.quality.suite import load_suite

FLAG = Path(__file__).with_name("flag.sql")
CHEAP_CASTS = {"date": "{}::date", "month": "to_date({}, 'YYYYMM')", "rupiah": "{}::bigint", "count": "{}::bigint"}
"""Of cells in ISO spelling that are known to be good."""


def flag_night(connection: psycopg.Connection[Any], feed: Feed, night: date) -> None:
    """Flag the rows of the feed's night; what is let in goes to `floor.<feed>`, what is not to `floor.quarantine`."""
    connection.execute(sql.SQL(FLAG.read_text()).format(**_names(feed, night)))


def _names(feed: Feed, night: date) -> dict[str, sql.Composable]:
    suite = load_suite(feed)
    rules = compile_rules(feed, suite, night)
    typed = sql.Identifier("floor", feed.table)
    names = [column.name for column in feed.columns]
    compared = [column for column in feed.columns if not column.running_number]
    never: sql.Composable = sql.SQL("false")
    parts: dict[str, sql.Composable] = {
        "raw": raw_table(feed), "typed": typed, "feed": sql.Literal(feed.name), "night": sql.Literal(night),
        "strict": rules.strict, "broken": rules.broken,
        "normalised": sql.SQL(", ").join(
            sql.SQL("{} as {}").format(normalised(column), sql.Identifier(column.name)) for column in feed.columns
        ),
        "cells": column_list(names), "key": column_list(feed.key),
        "compared": column_list(column.name for column in compared),
        "blocking": sql.Literal(
            [rule.rule_id for rule in (*suite.row_rules, suite.key_rule) if rule.severity != "info"]
        ),
        "careful_casts": _casts(feed, feed.columns), "plain_casts": _casts(feed, feed.columns, cheap=True),
        "earlier": sql.SQL("select * from {} limit 0").format(typed),
        "union_earlier": sql.SQL(""), "repeats_earlier": never, "shares_earlier": never,
    }  # fmt: skip
    if feed.cadence == "increment":
        parts |= _earlier(feed, typed, compared)
    return parts


def _earlier(feed: Feed, typed: sql.Identifier, compared: list[Column]) -> dict[str, sql.Composable]:
    """Write how an increment is held against all that was let in before, which is read once."""
    key, key_of_j, key_of_e = (column_list(feed.key, table) for table in (None, "j", "e"))
    same = sql.SQL("exists (select from earlier as e where ({e}) = ({j}) and ({old}) is not distinct from ({new}))")
    return {
        "earlier": sql.SQL(
            "select * from {typed} where ({key}) in"
            " (select {key} from {raw} union all select {key} from judged where readable)"
        ).format(key=key, typed=typed, raw=raw_table(feed)),
        "union_earlier": sql.SQL("union select {} from earlier").format(key),
        "shares_earlier": sql.SQL("exists (select from earlier as e where ({}) = ({}))").format(key_of_e, key_of_j),
        "repeats_earlier": same.format(
            e=key_of_e, j=key_of_j, old=column_list((column.name for column in compared), "e"),
            new=_casts(feed, compared, table="j", named=False),
        ),
    }  # fmt: skip


def _casts(
    feed: Feed, columns: list[Column] | tuple[Column, ...], *, table: str | None = None, cheap: bool = False,
    named: bool = True,
) -> sql.Composable:  # fmt: skip
    casts = []
    for column in columns:
        cell = sql.Identifier(table, column.name) if table else sql.Identifier(column.name)
        cast = _cast(feed, column, cell, cheap)
        casts.append(sql.SQL("{} as {}").format(cast, sql.Identifier(column.name)) if named else cast)
    return sql.SQL(", ").join(casts)


def _cast(feed: Feed, column: Column, cell: sql.Identifier, cheap: bool) -> sql.Composable:
    if column.type not in PARSERS:
        return cell
    spelling = feed.spelling_of(column)
    if cheap and spelling == "iso" and column.type in CHEAP_CASTS:
        return sql.SQL(CHEAP_CASTS[column.type]).format(cell)
    return sql.SQL("{}({})").format(sql.Identifier("quality", PARSERS[column.type].format(spelling)), cell)
