"""The quarantine table of a feed: the rows of a validation that needed a closer look."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from cakupan.database import row_security
from cakupan.database.patience import change
from cakupan.feeds import Feed


def quarantine_table(feed: Feed) -> sql.Identifier:
    """Name the feed's table."""
    return sql.Identifier("quarantine", feed.table)


def ensure_quarantine_table(connection: psycopg.Connection[Any], feed: Feed) -> None:
    """Make the feed's quarantine table, and columns declared since it was made."""
    known = {
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_schema = %s and table_name = %s",
            ("quarantine", feed.table),
        )
    }
    if not known:
        _create(connection, feed)
    for column in feed.columns:
        if known and column.name not in known:
            table = quarantine_table(feed)
            added = sql.SQL("alter table {} add column if not exists {} text")
            change(connection, table, added.format(table, sql.Identifier(column.name)))


def _create(connection: psycopg.Connection[Any], feed: Feed) -> None:
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(column.name)) for column in feed.columns)
    connection.execute(
        sql.SQL(
            "create table if not exists {} ("
            " validation_id bigint not null, delivery_id bigint not null,"
            " sheet text not null, row_number bigint not null, {},"
            " verdict text not null check (verdict in ('accepted', 'quarantined', 'duplicate')),"
            " rules text[] not null,"
            " primary key (validation_id, sheet, row_number))"
        ).format(quarantine_table(feed), columns)
    )
    row_security.protect(connection, "quarantine", feed.table)
