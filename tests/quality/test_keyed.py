"""What dbt reads of a feed: keys in place of numbers, nothing that is personal, and the amounts of all rows."""

from __future__ import annotations

import psycopg
import pytest

from cakupan import identity, landing, quality
from cakupan.database import Role, connect
from cakupan.feeds import Feed
from tests.quality.deliveries import Warehouse, feed_called, rows

MEMBERS = feed_called("bpjstk.kepesertaan")
POSTED = feed_called("bpjstk.iuran")
ADDRESS = ["validation_id", "delivery_id", "sheet", "row_number", "business_date"]


def make(connection: psycopg.Connection, feed: Feed) -> None:
    landing.ensure_landing_table(connection, feed)
    quality.ensure_quarantine_table(connection, feed)
    quality.ensure_accepted_view(connection, feed)
    quality.ensure_keyed_views(connection, feed)
    connection.commit()


def columns_of(view: str) -> list[str]:
    with connect(Role.TRANSFORMER) as dbt:
        return [column.name for column in dbt.execute(f"select * from keyed.{view} limit 0").description or ()]


def with_column(feed: Feed, name: str, **changed: object) -> Feed:
    columns = tuple(c.model_copy(update=changed) if c.name == name else c for c in feed.columns)
    return feed.model_copy(update={"columns": columns})


def test_dbt_sees_each_accepted_row_under_its_keys(warehouse: Warehouse) -> None:
    delivery = warehouse.land(MEMBERS, rows(MEMBERS, range(12)))
    warehouse.validate(MEMBERS)
    identity.register(warehouse.connection, MEMBERS)
    warehouse.connection.commit()
    known = warehouse.connection.execute(
        "select a.row_number, m.membership_key, w.worker_key, a.segmen from accepted.bpjstk_kepesertaan as a"
        " join identity.membership as m using (kpj) join identity.worker as w using (nik) order by 1"
    ).fetchall()
    assert len(known) == 12
    with connect(Role.TRANSFORMER) as dbt:
        seen = dbt.execute(
            "select row_number, kpj_key, nik_key, segmen from keyed.bpjstk_kepesertaan where delivery_id = %s"
            " order by 1",
            (delivery,),
        )
        assert seen.fetchall() == known


def test_what_is_personal_is_not_there(warehouse: Warehouse) -> None:
    make(warehouse.connection, MEMBERS)
    plain = [column.name for column in MEMBERS.columns if not column.personal]
    assert len(plain) + 4 == len(MEMBERS.columns)
    assert set(columns_of("bpjstk_kepesertaan")) == {*ADDRESS, *plain, "kpj_key", "nik_key"}


@pytest.mark.parametrize(
    "relation",
    [
        "landing.bpjstk_iuran",
        "quarantine.bpjstk_iuran",
        "accepted.bpjstk_iuran",
        "identity.worker",
        "identity.membership",
    ],
)
def test_dbt_reads_nothing_else_of_it(warehouse: Warehouse, relation: str) -> None:
    make(warehouse.connection, POSTED)
    with connect(Role.TRANSFORMER) as dbt, pytest.raises(psycopg.errors.InsufficientPrivilege):
        dbt.execute(f"select from {relation}")


def test_the_amounts_of_all_rows_are_told_and_nothing_else_of_them(warehouse: Warehouse) -> None:
    warehouse.land(POSTED, [*rows(POSTED, range(20)), *rows(POSTED, range(2))])
    warehouse.validate(POSTED)
    assert columns_of("landed_bpjstk_iuran") == ["delivery_id", "jumlah"]
    assert columns_of("examined_bpjstk_iuran") == ["validation_id", "verdict", "jumlah"]
    with connect(Role.TRANSFORMER) as dbt:
        assert dbt.execute("select count(*) from keyed.landed_bpjstk_iuran").fetchone() == (22,)
        found = dbt.execute("select verdict, count(*) from keyed.examined_bpjstk_iuran group by 1").fetchall()
    assert ("duplicate", 2) in found


def test_a_column_that_becomes_personal_stays_and_is_empty(warehouse: Warehouse) -> None:
    warehouse.land(POSTED, rows(POSTED, range(3)))
    warehouse.validate(POSTED)
    before = columns_of("bpjstk_iuran")
    make(warehouse.connection, with_column(POSTED, "sumber_dana", personal=True))
    assert columns_of("bpjstk_iuran") == before
    with connect(Role.TRANSFORMER) as dbt:
        assert dbt.execute("select count(*), count(sumber_dana) from keyed.bpjstk_iuran").fetchone() == (3, 0)
    make(warehouse.connection, POSTED)
    with connect(Role.TRANSFORMER) as dbt:
        assert dbt.execute("select count(sumber_dana) from keyed.bpjstk_iuran").fetchone() == (3,)


def test_a_personal_name_of_a_row_is_told_by_a_hash_that_tells_rows_apart(warehouse: Warehouse) -> None:
    feed = with_column(POSTED, "no_transaksi", personal=True)
    warehouse.land(feed, rows(feed, range(3)))
    warehouse.validate(feed)
    assert "no_transaksi" not in columns_of("bpjstk_iuran")
    plain = {cell for (cell,) in warehouse.connection.execute("select no_transaksi from landing.bpjstk_iuran")}
    with connect(Role.TRANSFORMER) as dbt:
        told = {cell for (cell,) in dbt.execute("select no_transaksi_key from keyed.bpjstk_iuran")}
    assert len(told) == 3 and all(len(cell) == 64 for cell in told) and not told & plain


def test_no_column_is_called_as_the_key_of_another() -> None:
    columns = (*POSTED.columns, POSTED.columns[0].model_copy(update={"name": "kpj_key", "header": "KPJ KEY"}))
    with pytest.raises(ValueError, match=r"so is called what dbt reads in place of a personal column: \['kpj_key'\]"):
        Feed.model_validate(POSTED.model_dump() | {"columns": [column.model_dump() for column in columns]})
