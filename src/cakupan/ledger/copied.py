"""Rows as COPY writes them: read in blocks, so that no row passes through anything that could spell it otherwise."""

from __future__ import annotations

import re
import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from psycopg import Connection, errors, sql
from psycopg.pq import DiagnosticField, ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

SPELLING = {
    "datestyle": "ISO, YMD",
    "timezone": "UTC",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
    "search_path": "pg_catalog",  # definitions of views name every schema
}
AS_STORED = {
    "max_parallel_workers_per_gather": "0",
    "synchronize_seqscans": "off",
    "enable_indexscan": "off",
    "enable_indexonlyscan": "off",
}
"""Plans that read a table from its first page to its last."""
BLOCK_ROWS = 1024
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_settled: WeakSet[Connection[Any]] = WeakSet()
"""Connections of which `settle` has set the session."""


def settle(connection: Connection[Any]) -> None:
    """Have a session that keeps nothing spell values and read tables so to its end; to be called in no transaction."""
    _set(connection, SPELLING | AS_STORED, local=False)
    _settled.add(connection)


def spell(connection: Connection[Any]) -> None:
    """Have values of this transaction spelled as in every digest."""
    if connection not in _settled:
        _set(connection, SPELLING)


@contextmanager
def as_stored(connection: Connection[Any]) -> Iterator[None]:
    """Read rows in the order in which they are stored: that of a table stays the same until it is written anew."""
    if connection in _settled:
        yield
        return
    names = sql.SQL(", ").join(sql.SQL("current_setting({})").format(sql.Literal(name)) for name in AS_STORED)
    before = connection.execute(sql.SQL("select {}").format(names)).fetchone() or ()
    _set(connection, AS_STORED)
    yield
    _set(
        connection, dict(zip(AS_STORED, before, strict=True))
    )  # not reached after an error, which ends the transaction and with it the settings


def blocks(connection: Connection[Any], statement: sql.Composed) -> Iterator[bytes]:
    """Return the rows of a query as COPY writes them, some hundreds at a time, each with its newline."""
    pgconn, arrival = connection.pgconn, select.poll()
    arrival.register(pgconn.socket, select.POLLIN)
    rows: list[memoryview] = []
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy ({}) to stdout").format(statement)):
        # From libpq itself: psycopg's own iteration over millions of rows takes half the time of a verification.
        size, row = pgconn.get_copy_data(1)
        while size >= 0:
            if size:
                rows.append(row)
                if len(rows) == BLOCK_ROWS:
                    yield b"".join(rows)
                    rows.clear()
            else:
                arrival.poll()
                pgconn.consume_input()
            size, row = pgconn.get_copy_data(1)
        _finish(pgconn)
    if rows:
        yield b"".join(rows)


def _finish(pgconn: PGconn) -> None:
    """Take the results of a COPY that was read to its end; raises what the database says that went wrong."""
    for result in list(iter(pgconn.get_result, None)):  # to the last, so that the connection is at rest
        if result.status != ExecStatus.COMMAND_OK:
            try:
                kind = errors.lookup((result.error_field(DiagnosticField.SQLSTATE) or b"").decode())
            except KeyError:
                kind = errors.DatabaseError
            raise kind(result.get_error_message())


def split(block: bytes) -> list[bytes]:
    """Return the lines of a block, without their newlines."""
    return block[:-1].split(b"\n")


def lines(connection: Connection[Any], statement: sql.Composed) -> Iterator[bytes]:
    """Return the rows of a query as COPY writes them, without the newline."""
    for block in blocks(connection, statement):
        yield from split(block)


def cells(line: bytes) -> list[str | None]:
    """Return the cells of a line that COPY wrote."""
    return [None if cell == b"\\N" else _unescaped(cell.decode()) for cell in line.split(b"\t")]


def _unescaped(cell: str) -> str:
    return re.sub(r"\\(.)", lambda escape: _ESCAPES[escape[1]], cell, flags=re.DOTALL) if "\\" in cell else cell


def _set(connection: Connection[Any], settings: dict[str, str], *, local: bool = True) -> None:
    calls = sql.SQL(", ").join(
        sql.SQL("set_config({}, {}, {})").format(sql.Literal(name), sql.Literal(value), sql.Literal(local))
        for name, value in settings.items()
    )
    connection.execute(sql.SQL("select {}").format(calls))
