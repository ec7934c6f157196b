"""Digests of rows are what anybody computes from their text, and rows that did not change are known by reading them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import tracemalloc
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from cakupan import settings
from cakupan.ledger import copied, digests, merkle, sorted_hashes, stretches
from cakupan.ledger.digests import Digest, LandedRows
from cakupan.ledger.merkle import leaf_hash

ROWS = sql.SQL("select n, 'a' || n, null::text, E'a\\tb' from {} where part = 1")
LANDED = LandedRows("strewn", 7, "ab" * 32, ("sheet", "row_number", "name"))


@pytest.fixture
def strewn(database: psycopg.Connection[Any]) -> sql.Composed:
    """The query of 2,500 rows of a table with others in between."""
    database.execute(
        "create temporary table strewn as"
        " select n, n % 2 as part from generate_series(1, 5000) as n order by sha256(n::text::bytea)"
    )
    return ROWS.format(sql.Identifier("strewn"))


@pytest.fixture
def landed(database: psycopg.Connection[Any]) -> LandedRows:
    """A delivery of two sheets, landed in the order of the tree."""
    database.execute("create table landing.strewn (delivery_id bigint, sheet text, row_number bigint, name text)")
    database.execute(
        "insert into landing.strewn select 7, sheet, n, 'N' || n from unnest(array['A', 'b']) as sheet,"
        ' generate_series(2, 1000) as n order by sheet collate "C", n'
    )
    return LANDED


def secret() -> bytes:
    return settings.secret("ledger_salt_key").encode()


def text(n: int) -> bytes:
    return b"%d\ta%d\t\\N\ta\\tb" % (n, n)


def test_the_digest_of_rows_is_that_of_their_text(database: psycopg.Connection[Any], strewn: sql.Composed) -> None:
    key = hmac.digest(secret(), b"rows", "sha256")
    leaves = sorted(leaf_hash(key + text(n)) for n in range(1, 5000, 2))
    assert digests.digest(database, strewn) == Digest(2500, merkle.root(leaves))


def test_the_tree_of_landed_rows_is_that_of_their_text(database: psycopg.Connection[Any], landed: LandedRows) -> None:
    key = hmac.digest(secret(), b"delivery\0" + b"ab" * 32, "sha256")
    leaves = [
        leaf_hash(hmac.digest(key, b"%s\0%d" % (sheet, n), "sha256") + b"%s\t%d\tN%d" % (sheet, n, n))
        for sheet in (b"A", b"b")
        for n in range(2, 1001)
    ]
    assert digests.landed_digest(database, landed) == Digest(1998, merkle.root(leaves))
    assert list(digests.landed_leaves(database, landed)) == leaves


@pytest.mark.parametrize(
    "moved",
    [
        "row_number = 2 and sheet = 'A'",  # behind all others
        "sheet = 'A'",  # the first sheet behind the second
        "sheet = 'A' and row_number between 400 and 600",  # so that a stretch lies in the gap of another
        "sheet = 'b' and row_number > 900",
    ],
)
@pytest.mark.parametrize("most", [1 << 16, 0])  # stretches that are put in order, and as though there were too many
def test_the_tree_is_the_same_wherever_rows_lie(
    database: psycopg.Connection[Any], landed: LandedRows, moved: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "MOST", most)
    if most:
        monkeypatch.setattr(digests, "landed_leaves", lambda *_: pytest.fail("read twice"))
    before = digests.landed_digest(database, landed)
    statement = (
        f"with moved as (delete from landing.strewn where {moved} returning *)"
        " insert into landing.strewn select * from moved order by row_number"
    )
    database.execute(statement.encode())
    after = digests.landed_digest(database, landed)
    assert after == before
    assert (after.mac != before.mac) == (moved != "sheet = 'b' and row_number > 900")
    assert digests.is_landed(database, landed, before)


def test_the_tree_is_the_same_where_stretches_mix(database: psycopg.Connection[Any], landed: LandedRows) -> None:
    before = digests.landed_digest(database, landed)
    database.execute("update landing.strewn set name = name where row_number in (3, 900)")
    assert digests.landed_digest(database, landed) == before


def test_sheets_that_copy_escapes_keep_their_place(database: psycopg.Connection[Any], landed: LandedRows) -> None:
    r"""A tab sorts before A, and so does the \t it is written as not."""
    database.execute(
        "with moved as (delete from landing.strewn returning *) insert into landing.strewn"
        " select delivery_id, translate(sheet, 'b', E'\\t'), row_number, name from moved"
        ' order by sheet collate "C", row_number'
    )
    digest = digests.landed_digest(database, landed)
    assert digest.root == merkle.root(digests.landed_leaves(database, landed))
    first = next(copied.lines(database, landed.statement()))
    assert first.startswith(b"\\t\t2\t")


@pytest.mark.parametrize("row_number", ["null", "-3"])
def test_rows_of_no_proper_number_have_a_tree_too(
    database: psycopg.Connection[Any], landed: LandedRows, row_number: str
) -> None:
    before = digests.landed_digest(database, landed)
    database.execute(f"update landing.strewn set row_number = {row_number} where row_number = 5".encode())
    assert not digests.is_landed(database, landed, before)


def test_rows_that_are_stored_as_they_were_need_no_tree(
    database: psycopg.Connection[Any], strewn: sql.Composed, landed: LandedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, delivery = digests.digest(database, strewn), digests.landed_digest(database, landed)
    monkeypatch.setattr(merkle, "root", lambda *_: pytest.fail("computed a tree"))
    assert digests.is_digest(database, strewn, rows)
    assert digests.is_landed(database, landed, delivery)


def test_rows_that_were_altered_and_set_right_are_as_recorded(
    database: psycopg.Connection[Any], strewn: sql.Composed
) -> None:
    recorded = digests.digest(database, strewn)
    database.execute("update strewn set n = -n where n < 100")
    assert not digests.is_digest(database, strewn, recorded)
    database.execute("update strewn set n = -n where n < 0")
    assert digests.digest(database, strewn).mac != recorded.mac
    assert digests.is_digest(database, strewn, recorded)


def test_a_digest_without_hmac_is_held_against_the_tree(
    database: psycopg.Connection[Any], strewn: sql.Composed
) -> None:
    """As the record says it of few rows, and said it of all before it had HMACs."""
    recorded = digests.digest(database, strewn)
    old = Digest.from_facts({name: fact for name, fact in recorded.facts().items() if name != "mac"})
    assert old.mac is None
    assert digests.is_digest(database, strewn, old)
    database.execute("update strewn set n = -n where n = 1")
    assert not digests.is_digest(database, strewn, old)


@pytest.mark.parametrize("stored_as_they_were", [True, False])
def test_rows_that_hold_something_in_another_column_are_not_those(
    database: psycopg.Connection[Any], landed: LandedRows, stored_as_they_were: bool
) -> None:
    recorded = digests.landed_digest(database, landed)
    database.execute("alter table landing.strewn add column x_later text")
    watched = replace(landed, unfilled=("x_later",))
    assert digests.is_landed(database, watched, recorded)
    if stored_as_they_were:  # a default of a new column is no part of the rows as they are stored
        database.execute("alter table landing.strewn add column x_default text default 'y'")
        watched = replace(landed, unfilled=("x_later", "x_default"))
    else:
        database.execute("update landing.strewn set x_later = 'y' where row_number = 7 and sheet = 'A'")
    assert not digests.is_landed(database, watched, recorded)
    assert digests.is_landed(database, landed, recorded)


def test_a_settled_session_is_set_once(
    database: psycopg.Connection[Any], strewn: sql.Composed, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = digests.digest(database, strewn)
    database.execute("set datestyle to 'German'")
    copied.settle(database)
    monkeypatch.setattr(copied, "_set", lambda *_, **__: pytest.fail("set again"))
    assert digests.is_digest(database, strewn, recorded)
    settings_ = copied.SPELLING | copied.AS_STORED
    assert {name: database.execute(f"show {name}".encode()).fetchone() for name in settings_} == {
        name: (value,) for name, value in settings_.items()
    }


def test_the_hmac_of_large_parts_only_is_on_record(database: psycopg.Connection[Any], strewn: sql.Composed) -> None:
    few = digests.digest(database, sql.SQL("select * from ({}) as few limit 999").format(strewn))
    assert set(few.facts()) == {"rows", "root"}
    many = digests.digest(database, strewn)
    assert Digest.from_facts(many.facts()).mac == many.mac
    key = hmac.digest(secret(), b"rows as stored", "sha256")
    stored = database.execute("select n from strewn where part = 1").fetchall()
    said = base64.b64decode(many.facts()["mac"])
    assert said == hmac.digest(key, b"".join(text(n) + b"\n" for (n,) in stored), "sha256")
    assert said != hashlib.sha256(b"".join(text(n) + b"\n" for (n,) in stored)).digest()


def test_plans_are_as_before_when_rows_were_read(database: psycopg.Connection[Any], strewn: sql.Composed) -> None:
    database.execute("set local max_parallel_workers_per_gather = 1")
    digests.digest(database, strewn)
    said = [database.execute(f"show {name}".encode()).fetchone() for name in copied.AS_STORED]
    assert said == [("1",), ("on",), ("on",), ("on",)]


def test_memory_does_not_grow_with_the_rows(database: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_hashes, "HELD", 1 << 17)
    monkeypatch.setattr(merkle, "_CHUNK", 1 << 8)
    monkeypatch.setattr(copied, "BLOCK_ROWS", 1 << 6)

    def peak(rows: int) -> int:
        tracemalloc.start()
        digests.digest(database, sql.SQL("select n from generate_series(1, {}) as n").format(sql.Literal(rows)))
        (_, most) = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1000)
    assert peak(100_000) < 1.5 * peak(10_000) < 1 << 20
