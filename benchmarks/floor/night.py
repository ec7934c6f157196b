"""Runs a night of the floor: copy, flag, marts."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.floor.copying import copy_night, raw_table
from benchmarks.floor.flagging import flag_night
from benchmarks.measuring import Timings
from cakupan import settings
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds

MARTS = Path(__file__).with_name("marts.sql")
SCHEMA = """
create schema if not exists floor;
create table if not exists floor.quarantine (feed text, night date, place text, rules text[], cells jsonb);
create table if not exists floor.scorecard (
    feed text, night date, delivered_rows bigint, accepted_rows bigint, quarantined_rows bigint, duplicate_rows bigint
);
create table if not exists floor.owner (kpj text primary key, nik text not null, worker uuid not null)
"""


def run(night: date, deliveries: Path) -> Timings:
    """Run the night, after the project did (workbooks and JSON are taken from where it read them to)."""
    feeds = load_feeds(settings.FEEDS)
    with connect(Role.ADMIN, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute("set work_mem = '256MB'")
        connection.execute("set jit = off")
        timings = copy_night(connection, feeds, night, deliveries)
        with timings.clock("flag and type"):
            for feed in feeds:
                if _came(connection, raw_table(feed)):
                    flag_night(connection, feed, night)
                    connection.execute(sql.SQL("drop table {}").format(raw_table(feed)))
        with timings.clock("marts"), connection.transaction():
            connection.execute(sql.SQL(MARTS.read_text()).format(night=sql.Literal(night)))
        _clean_up(connection)
    return timings


def _clean_up(connection: psycopg.Connection[Any]) -> None:
    """Vacuum what was written, which the server would do in a minute, while the project is measured again."""
    tables = connection.execute(
        "select relname from pg_class where relnamespace = 'floor'::regnamespace and relkind = 'r'"
    )
    written = sql.SQL(", ").join(sql.Identifier("floor", table) for (table,) in tables)
    connection.execute(sql.SQL("vacuum analyze {}").format(written))


def hash_landed() -> Timings:
    """Read every landed row as COPY writes it into one SHA-256."""
    digest, timings = hashlib.sha256(), Timings()
    with connect(Role.LOADER) as connection, timings.clock("one hash"):
        for feed in load_feeds(settings.FEEDS):
            statement = sql.SQL("copy {} to stdout").format(sql.Identifier("landing", feed.table))
            with connection.cursor().copy(statement) as copy:
                for block in copy:
                    digest.update(block)
    return timings


def _came(connection: psycopg.Connection[Any], table: sql.Identifier) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (table.as_string(connection),)).fetchone()
    return bool(row and row[0])
