"""Rows as COPY writes them, read from libpq itself: errors, early ends and values as psycopg's own reading has them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from cakupan.ledger import copied

ROWS = "select n, repeat(chr(n % 90 + 33), n % 300), null from generate_series(1, {}) as n"


@pytest.mark.parametrize("rows", [0, 1, copied.BLOCK_ROWS, 5000])
def test_rows_are_those_that_psycopg_reads(database: psycopg.Connection[Any], rows: int) -> None:
    statement = sql.SQL(ROWS).format(rows)
    with database.cursor().copy(sql.SQL("copy ({}) to stdout").format(statement)) as copy:
        read = [bytes(row) for row in copy]
    blocks = list(copied.blocks(database, statement))
    assert b"".join(blocks) == b"".join(read)
    assert [len(copied.split(block)) for block in blocks] == [
        min(copied.BLOCK_ROWS, rows - at) for at in range(0, rows, copied.BLOCK_ROWS)
    ]


@pytest.mark.parametrize("at", [0, 3000])
def test_an_error_within_the_rows_is_the_databases_own(database: psycopg.Connection[Any], at: int) -> None:
    failing = sql.SQL("select 1 / (n - {}) from generate_series(0, 5000) as n").format(at)
    with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
        list(copied.blocks(database, failing))
    database.rollback()
    assert database.execute("select 1").fetchone() == (1,)


def test_a_statement_that_takes_too_long_is_ended(database: psycopg.Connection[Any]) -> None:
    database.execute("set local statement_timeout = 50")
    slow = sql.SQL("select n, pg_sleep(0.001) from generate_series(1, 100000) as n")
    with pytest.raises(psycopg.errors.QueryCanceled):
        list(copied.blocks(database, slow))


def test_who_reads_no_further_leaves_the_connection_as_it_was(database: psycopg.Connection[Any]) -> None:
    blocks = copied.blocks(database, sql.SQL(ROWS).format(1_000_000))
    next(blocks)
    blocks.close()
    database.rollback()
    assert database.execute("select 1").fetchone() == (1,)


def test_a_server_that_dies_is_said_to_have(database: psycopg.Connection[Any]) -> None:
    dying = sql.SQL("select n, case when n = 3000 then pg_terminate_backend(pg_backend_pid()) end from {} as n").format(
        sql.SQL("generate_series(1, 100000)")
    )
    with pytest.raises(psycopg.OperationalError):
        list(copied.blocks(database, dying))
