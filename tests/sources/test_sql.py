"""PostgreSQL against a real server; MySQL against a stand-in for its cursor, so that no such server is needed."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import psycopg
import pymysql
import pytest

from cakupan.database import Role, connect
from cakupan.database.connection import host_and_port
from cakupan.sources import Away, BrokenContract, LoginRefused, PartialDelivery, Unreachable
from cakupan.sources.sql import DatabaseAccount, MySql, PostgreSql

TABLE = """
create table sosialisasi (id int, kegiatan_id text, tanggal date, tempat text, nik text, "Catatan" text);
insert into sosialisasi values (2, 'K,1', '2025-09-09', null, '1', E'a "b"\\nc'), (1, 'K', '2025-01-31', 'X', '2', '');
create role agency_reader login password 'agency-secret';
grant usage on schema public to agency_reader;
grant select on sosialisasi to agency_reader;
"""
CSV = b'id,kegiatan_id,tanggal,tempat,nik,Catatan\n1,K,2025-01-31,X,2,""\n2,"K,1",2025-09-09,,1,"a ""b""\nc"\n'


@pytest.fixture
def account(database_name):
    with connect(Role.ADMIN) as admin:
        admin.execute(TABLE)
        admin.execute(f"grant connect on database {database_name} to agency_reader")
    yield DatabaseAccount("agency_x", *host_and_port(), database_name, "agency_reader", "agency-secret")
    with connect(Role.ADMIN) as admin:
        admin.execute("drop owned by agency_reader; drop role agency_reader")


@pytest.fixture
def read(feed_called, night, retries):
    def pull(source, name="diskumdag.sosialisasi"):
        (delivery,) = source.deliveries(feed_called(name), night)
        with delivery.open() as stream:
            return stream.read()

    return pull


def test_a_table_arrives_whole_in_the_order_of_its_key(account, read, retries):
    assert read(PostgreSql(account, retries)) == CSV


def test_a_missing_table_and_one_not_granted_are_told(account, read, retries):
    with pytest.raises(BrokenContract, match="agency_x: no table 'pelaku_usaha' in database"):
        read(PostgreSql(account, retries), "diskumdag.pelaku_usaha")
    with connect(Role.ADMIN) as admin:
        admin.execute("revoke select on sosialisasi from agency_reader")
    with pytest.raises(BrokenContract, match="SQLSTATE 42501"):
        read(PostgreSql(account, retries))


def test_what_the_database_says_of_a_row_is_repeated_nowhere(account, read, retries, caplog, capfd):
    with connect(Role.ADMIN) as admin:
        admin.execute(
            "alter table sosialisasi rename to t;"
            " create function told(text) returns text language plpgsql as $$ begin"
            " raise exception 'KENARI-1 %', $1 using detail = 'KENARI-2', hint = 'KENARI-3'; end $$;"
            " create view sosialisasi as select id, told('3579014107990001') as nik from t;"
            " grant select on sosialisasi to agency_reader; grant execute on function told(text) to agency_reader"
        )
    caplog.set_level("DEBUG", "cakupan")
    with pytest.raises(BrokenContract, match="SQLSTATE P0001") as told:
        read(PostgreSql(account, retries))
    said = "".join(traceback.format_exception(told.value)) + caplog.text + "".join(capfd.readouterr())
    assert "KENARI" not in said
    assert "3579014107990001" not in said


def test_a_column_that_is_gone_does_not_stop_the_pull(account, read, retries):
    with connect(Role.ADMIN) as admin:
        admin.execute("alter table sosialisasi drop column id")
    assert read(PostgreSql(account, retries)).startswith(b"kegiatan_id,tanggal,")


def test_a_refused_login_is_told_at_once_without_the_password(account, read, retries, waits):
    with pytest.raises(LoginRefused, match="agency_x: the database refused login 'agency_reader'") as told:
        read(PostgreSql(replace(account, password="planted-secret"), retries))
    assert "planted-secret" not in str(told.value)
    assert waits == []


def test_a_database_that_is_away_is_asked_again(account, read, retries, waits):
    with pytest.raises(Unreachable, match="agency_x: the database cannot be read"):
        read(PostgreSql(replace(account, port=1), retries))
    assert len(waits) == 3


def test_a_connection_lost_in_the_middle_is_asked_again_from_the_beginning(account, read, retries, waits, monkeypatch):
    real, lost = psycopg.Copy.__iter__, []

    def breaks_off_once(copy):
        blocks = real(copy)
        yield next(blocks)
        if not lost:
            lost.append(True)
            with connect(Role.ADMIN, autocommit=True) as admin:
                admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'agency_reader'")
            raise psycopg.OperationalError("server closed the connection")
        yield from blocks

    monkeypatch.setattr(psycopg.Copy, "__iter__", breaks_off_once)
    assert read(PostgreSql(account, retries)) == CSV
    assert len(waits) == 1


class Cursor:
    """Answers like a streaming cursor of MySQL."""

    def __init__(self, columns, rows, counted=None):
        self.columns, self.rows, self.asked = columns, rows, []
        self.counted = len(rows) if counted is None else counted
        self._result = SimpleNamespace(unbuffered_active=True)

    def __call__(self, **_):
        return self

    def cursor(self):
        return self

    def close(self):
        # The client reads what is left of an answer, which fails when the connection is lost.
        assert not self._result.unbuffered_active

    def execute(self, query, _=()):
        self.asked.append(query)

    def fetchall(self):
        if "count(*)" in self.asked[-1]:
            return [(str(self.counted),)]
        return [(name,) for name in self.columns]

    def __iter__(self):
        for row in self.rows:
            if isinstance(row, Exception):
                raise row
            yield row


MYSQL = DatabaseAccount("agency_x", "db", 3306, "dinas", "reader", "secret")


def test_mysql_is_read_in_one_snapshot_with_null_as_empty_field(read, retries):
    cursor = Cursor(["id", "a`b"], [("1", None), ("2", 'x,"y"'), ("3", b"\x00\xff")])
    assert read(MySql(MYSQL, retries, cursor)) == b'id,a`b\n1,\n2,"x,""y"""\n3,00ff\n'
    assert cursor.asked[1] == "start transaction with consistent snapshot, read only"
    assert cursor.asked[-1] == "select `id`, `a``b` from `sosialisasi` order by `id`, 1, 2"


def test_a_table_of_which_not_all_rows_came_is_no_delivery(read, retries, waits):
    with pytest.raises(PartialDelivery, match="agency_x: 2 rows of table sosialisasi came, the server counts 3"):
        read(MySql(MYSQL, retries, Cursor(["id"], [("1",), ("2",)], counted=3)))
    assert len(waits) == 3


def test_a_row_lost_between_the_server_and_here_is_read_again(account, read, retries, waits, monkeypatch):
    real, lost = psycopg.Copy.__iter__, []

    def loses_one(copy):
        blocks = list(real(copy))
        yield from blocks[:-1] if not lost else blocks
        lost.append(True)

    monkeypatch.setattr(psycopg.Copy, "__iter__", loses_one)
    assert read(PostgreSql(account, retries)) == CSV
    assert len(waits) == 1


def test_only_a_database_that_nobody_can_connect_to_is_away(account, read, retries):
    with pytest.raises(Away):
        read(PostgreSql(replace(account, port=1), retries))
    lost = pymysql.err.OperationalError(2013, "Lost connection")
    with pytest.raises(Unreachable) as told:
        read(MySql(MYSQL, retries, Cursor(["id"], [("1",), lost])))
    assert not isinstance(told.value, Away)


@pytest.mark.parametrize(
    ("code", "kind"), [(1045, LoginRefused), (1142, BrokenContract), (2013, Unreachable), (2006, Unreachable)]
)
def test_mysql_errors_are_told_apart(read, retries, code, kind):
    lost = pymysql.err.OperationalError(code, "planted-secret")
    with pytest.raises(kind) as told:
        read(MySql(MYSQL, retries, Cursor(["id"], [("1",), lost])))
    assert "planted-secret" not in str(told.value)


def test_a_missing_mysql_table_is_told(read, retries):
    with pytest.raises(BrokenContract, match="no table 'sosialisasi' in database 'dinas'"):
        read(MySql(MYSQL, retries, Cursor([], [])))


def test_a_look_reads_one_row_of_the_table(account, feed_called, night, retries):
    source = PostgreSql(account, retries)
    assert source.probe(feed_called("diskumdag.sosialisasi"), night) == "table sosialisasi can be read, 6 columns"
    with pytest.raises(BrokenContract, match="no table 'pelaku_usaha'"):
        source.probe(feed_called("diskumdag.pelaku_usaha"), night)
    with connect(Role.ADMIN) as admin:
        admin.execute("revoke select on sosialisasi from agency_reader")
    with pytest.raises(BrokenContract, match="SQLSTATE 42501"):
        source.probe(feed_called("diskumdag.sosialisasi"), night)


def test_a_look_at_mysql_reads_one_row(feed_called, night, retries):
    cursor = Cursor(["id", "nik"], [])
    assert MySql(MYSQL, retries, cursor).probe(feed_called("diskumdag.sosialisasi"), night).endswith("2 columns")
    assert cursor.asked[-1] == "select 1 from `sosialisasi` limit 1"


@pytest.mark.parametrize(
    "changed",
    [
        {"tls": {"sslmode": "verify-full", "sslrootcert": "/nowhere/ca.pem"}},
        {"tls": {"sslmode": "planted"}},
        {"tls": {"sslmode": "require"}},
        {"database": "nowhere"},
    ],
)
def test_a_database_that_is_not_what_the_connection_says_is_told_at_once(account, read, retries, waits, changed):
    with pytest.raises(BrokenContract, match="agency_x: the database is not what the connection says"):
        read(PostgreSql(replace(account, **changed), retries))
    assert waits == []


def test_a_server_that_ends_the_session_mid_read_is_read_again_whole(account, read, retries, waits):
    """The read waits for a lock, so that it is surely under way when its session is ended."""
    with connect(Role.ADMIN) as admin, connect(Role.ADMIN, autocommit=True) as killer, ThreadPoolExecutor() as pool:
        admin.execute("lock table sosialisasi in access exclusive mode")
        reading = pool.submit(read, PostgreSql(account, retries))
        ended = []
        while not ended:
            ended = killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'agency_reader' and wait_event_type = 'Lock'"
            ).fetchall()
        admin.rollback()
        assert reading.result(30) == CSV
    assert (ended, len(waits)) == ([(True,)], 1)
