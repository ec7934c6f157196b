"""Deliveries from an agency's database: a declared table with all its columns, spooled as CSV from one snapshot."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, BinaryIO, cast

import psycopg
import pymysql
from psycopg import sql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from cakupan.feeds import Feed, canonical
from cakupan.sources import (
    Away,
    BrokenContract,
    LoginRefused,
    NotConnected,
    PartialDelivery,
    ReadyDelivery,
    Unreachable,
    file_name,
)
from cakupan.sources.retries import RetryPolicy

CONNECT_SECONDS = 10
READ_SECONDS = 600
PROBE_SECONDS = 10
SILENT_SECONDS = 120
"""Of a server's that was asked for rows and sends none, before the connection counts as dead."""
PASSING = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE that speak of the server's state, not of what was asked."""
ACCOUNT_WRONG = re.compile(r"certificate|sslmode|not support SSL|does not exist")
"""What PostgreSQL's client says, without a SQLSTATE, when the connection's settings are at fault."""
NO_TLS = "SSL is required"
"""What MySQL's client says of a server without TLS."""
MYSQL_REFUSED = frozenset({1044, 1045, 1698})
MYSQL_NOT_ALLOWED = frozenset({1049, 1142, 1143, 1146})


@dataclass(frozen=True)
class DatabaseAccount:
    """Where the database is and an account that may read the feeds' tables."""

    name: str
    """What messages call it."""
    host: str
    port: int
    database: str
    login: str
    password: str = field(repr=False)
    tls: dict[str, Any] = field(default_factory=dict)
    """What the client is told about TLS, in its own words."""


class _Tables(ABC):
    """What the databases have in common: a table is read whole or not at all, as it is when it is read."""

    kind: str

    def __init__(self, account: DatabaseAccount, retries: RetryPolicy | None = None) -> None:
        self.account = account
        self._retries = retries or RetryPolicy()

    def deliveries(self, feed: Feed, night: date) -> list[ReadyDelivery]:
        """Return the table as it is when opened, as the night's delivery. Raises BrokenContract."""
        read = partial(self._read, feed, self._table(feed))
        return [ReadyDelivery(night, file_name(feed, night), read, live=True, retry=self._retries.call)]

    def probe(self, feed: Feed, night: date) -> str:
        """Tell whether the table can be read, without reading it; raises NotConnected."""
        table = self._table(feed)
        columns = self._retries.call(partial(self._peek, table))
        return f"table {table} can be read, {columns} columns"

    def _table(self, feed: Feed) -> str:
        if feed.sql is None:
            raise BrokenContract(f"{self.account.name}: feed {feed.name} does not say which table to read")
        return feed.sql.table

    def _read(self, feed: Feed, table: str) -> BinaryIO:
        spool = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 the caller closes it
        try:
            self._spool(feed, table, spool)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return spool

    @abstractmethod
    def _spool(self, feed: Feed, table: str, spool: BinaryIO) -> None:
        """Write the table as CSV with header; raises NotConnected."""

    @abstractmethod
    def _peek(self, table: str) -> int:
        """Tell how many columns the table has, after one of its rows was read; raises NotConnected."""

    def _check_count(self, table: str, counted: int, came: int) -> None:
        """Compare counts; raises PartialDelivery unless as many rows came as the server counts in the same state."""
        if counted != came:
            raise PartialDelivery(
                f"{self.account.name}: {came} rows of table {table} came, the server counts {counted}"
            )

    def _no_table(self, table: str) -> BrokenContract:
        database = self.account.database
        return BrokenContract(
            f"{self.account.name}: no table {table!r} in database {database!r}, or not for this account"
        )


class PostgreSql(_Tables):
    """A PostgreSQL database."""

    kind = "postgres"

    def _spool(self, feed: Feed, table: str, spool: BinaryIO) -> None:
        with self._session(READ_SECONDS) as connection:
            connection.execute("set local datestyle = 'ISO'")
            query = self._query(connection, feed, table)
            counting = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
            (counted,) = connection.execute(counting).fetchone() or (0,)
            messages = 0  # the server sends one for the header and one for each row
            with connection.cursor().copy(query) as copy:
                for block in copy:
                    spool.write(block)
                    messages += 1
            self._check_count(table, counted, messages - 1)

    def _peek(self, table: str) -> int:
        with self._session(PROBE_SECONDS) as connection:
            columns = self._columns(connection, table)
            connection.execute(sql.SQL("select from {} limit 1").format(sql.Identifier(table)))
        return len(columns)

    @contextmanager
    def _session(self, seconds: int) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection that sees one state of the database and lets no statement take longer."""
        account = self.account
        connected = False
        try:
            with psycopg.connect(
                host=account.host, port=account.port, dbname=account.database, user=account.login,
                password=account.password, connect_timeout=CONNECT_SECONDS, client_encoding="UTF8",
                keepalives_idle=30, keepalives_interval=10, keepalives_count=3, **account.tls,
            ) as connection:  # fmt: skip
                connected = True
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.execute(f"set local statement_timeout = '{seconds}s'")
                yield connection
        except psycopg.Error as error:
            raise self._as_not_connected(error, connected) from None

    def _columns(self, connection: psycopg.Connection[Any], table: str) -> list[str]:
        columns = [
            name
            for (name,) in connection.execute(
                "select attname from pg_attribute where attrelid = to_regclass(quote_ident(%s))"
                " and attnum > 0 and not attisdropped order by attnum",
                (table,),
            )
        ]
        if not columns:
            raise self._no_table(table)
        return columns

    def _query(self, connection: psycopg.Connection[Any], feed: Feed, table: str) -> sql.Composed:
        columns = self._columns(connection, table)
        keys = _key(feed, columns)
        # The whole row decides between rows of one key, so that the same rows are the same bytes.
        order = sql.SQL(", ").join([*map(sql.Identifier, keys), sql.SQL("(t.*)::text")])
        return sql.SQL("copy (select {} from {} as t order by {}) to stdout (format csv, header)").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table), order
        )

    def _as_not_connected(self, error: psycopg.Error, connected: bool) -> NotConnected:
        name, state = self.account.name, error.sqlstate
        if (state or "").startswith("28") or (not connected and "authentication failed" in str(error)):
            return LoginRefused(f"{name}: the database refused login {self.account.login!r}")
        if not connected and ACCOUNT_WRONG.search(str(error)):
            return BrokenContract(f"{name}: the database is not what the connection says: its name, or TLS (sslmode)")
        if state is None or state.startswith(PASSING):
            return (Unreachable if connected else Away)(f"{name}: the database cannot be read ({type(error).__name__})")
        return BrokenContract(f"{name}: the database does not give the table (SQLSTATE {state})")


class MySql(_Tables):
    """A MySQL or MariaDB database."""

    kind = "mysql"

    def __init__(
        self,
        account: DatabaseAccount,
        retries: RetryPolicy | None = None,
        connect: Callable[..., Any] = pymysql.connect,
    ) -> None:
        super().__init__(account, retries)
        self._connect = connect

    def _spool(self, feed: Feed, table: str, spool: BinaryIO) -> None:
        with self._session() as cursor:
            self._write(cursor, feed, table, spool)

    def _peek(self, table: str) -> int:
        with self._session() as cursor:
            columns = self._columns(cursor, table)
            cursor.execute(f"select 1 from {_quoted(table)} limit 1")  # noqa: S608 quoted
            cursor.fetchall()
        return len(columns)

    @contextmanager
    def _session(self) -> Iterator[Any]:
        account, connected = self.account, False
        try:
            try:
                connection = self._connect(
                    host=account.host, port=account.port, database=account.database, user=account.login,
                    password=account.password, charset="utf8mb4", cursorclass=SSCursor, conv=_as_text(),
                    connect_timeout=CONNECT_SECONDS, read_timeout=SILENT_SECONDS, ssl=account.tls or None,
                )  # fmt: skip
            except OSError:
                raise BrokenContract(f"{account.name}: ssl_ca in its extra is no file of certificates") from None
            connected = True
            cursor = connection.cursor()
            try:
                yield cursor
            finally:
                # The client would read to the end what it was asked to leave, and fail where there is no connection.
                if cursor._result is not None:
                    cursor._result.unbuffered_active = False
                connection.close()
        except pymysql.err.Error as error:
            raise self._as_not_connected(error, connected) from None

    def _columns(self, cursor: Any, table: str) -> list[str]:
        cursor.execute(
            "select column_name from information_schema.columns"
            " where table_schema = database() and table_name = %s order by ordinal_position",
            (table,),
        )
        columns = [name for (name,) in cursor.fetchall()]
        if not columns:
            raise self._no_table(table)
        return columns

    def _write(self, cursor: Any, feed: Feed, table: str, spool: BinaryIO) -> None:
        cursor.execute("set session transaction isolation level repeatable read")
        cursor.execute("start transaction with consistent snapshot, read only")
        columns = self._columns(cursor, table)
        positions = [str(number) for number in range(1, len(columns) + 1)]
        order = ", ".join([*map(_quoted, _key(feed, columns)), *positions])
        cursor.execute(f"select count(*) from {_quoted(table)}")  # noqa: S608 quoted
        counted = int(cursor.fetchall()[0][0])
        names = ", ".join(map(_quoted, columns))
        cursor.execute(f"select {names} from {_quoted(table)} order by {order}")  # noqa: S608 quoted above
        text = io.TextIOWrapper(spool, "utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        came = 0
        for row in cursor:
            writer.writerow([cell.hex() if isinstance(cell, bytes) else cell for cell in row])
            came += 1
        text.detach()
        self._check_count(table, counted, came)

    def _as_not_connected(self, error: pymysql.err.Error, connected: bool) -> NotConnected:
        name, code = self.account.name, error.args[0] if error.args else None
        if code in MYSQL_REFUSED:
            return LoginRefused(f"{name}: the database refused login {self.account.login!r}")
        if NO_TLS in str(error):
            return BrokenContract(f"{name}: the database has no TLS, and the connection does not say it need not")
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return BrokenContract(f"{name}: the database shows a certificate that ssl_ca does not vouch for")
        if code in MYSQL_NOT_ALLOWED or isinstance(error, pymysql.err.ProgrammingError):
            return BrokenContract(f"{name}: the database does not give the table (error {code})")
        return (Unreachable if connected else Away)(f"{name}: the database cannot be read (error {code})")


def _key(feed: Feed, columns: list[str]) -> list[str]:
    """Return the table's own names of the key columns that it has; landing tells of a column that is gone."""
    headers = {feed.column(name).canonical_header for name in feed.key}
    return [name for name in columns if canonical(name) in headers]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _as_text() -> dict[Any, Any]:
    """Leave every value as the server spells it: only what goes to the server is converted."""
    return {kind: how for kind, how in conversions.items() if not isinstance(kind, int) or kind == FIELD_TYPE.BIT}
