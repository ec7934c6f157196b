"""The view of a feed's accepted rows: what is in it, who reads it, how it grows, and how it is searched."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from cakupan import landing, quality
from cakupan.database import Role, connect
from cakupan.feeds import Feed
from tests.quality.deliveries import NIGHT, Warehouse, feed_called, nights_on, rows

JAKON = feed_called("bpjstk.jakon")
IURAN = feed_called("bpjstk.iuran")
ADDRESS = ["validation_id", "delivery_id", "sheet", "row_number", "business_date"]


def accepted(warehouse: Warehouse, feed: Feed, columns: str) -> list[tuple[Any, ...]]:
    return warehouse.connection.execute(f"select {columns} from accepted.{feed.table} order by 1, 2").fetchall()


def columns_of(connection: psycopg.Connection, relation: str) -> list[str]:
    return [column.name for column in connection.execute(f"select * from {relation} limit 0").description or ()]


def test_rows_never_examined_and_rows_examined_and_accepted_are_shown_in_normal_form(warehouse: Warehouse) -> None:
    plain, padded, wrong = rows(JAKON, range(3))
    padded |= {"jumlah_tk": " 7 "}
    wrong |= {"jumlah_tk": "many"}
    landed = [plain | {"jumlah_tk": "5"}, padded, wrong, plain | {"jumlah_tk": "5"}, *rows(JAKON, range(10, 40))]
    delivery = warehouse.land(JAKON, landed)
    (outcome,) = warehouse.validate(JAKON)
    assert (outcome.quarantined_rows, outcome.duplicate_rows) == (1, 1)
    shown = accepted(warehouse, JAKON, "row_number, jumlah_tk, delivery_id, validation_id, business_date, sheet")
    assert len(shown) == outcome.accepted_rows == 32
    assert shown[:2] == [
        (2, "5", delivery, outcome.validation_id, NIGHT, ""),
        (3, "7", delivery, outcome.validation_id, NIGHT, ""),
    ]


def test_a_delivery_shows_nothing_while_held_and_each_row_once_when_validated_again(warehouse: Warehouse) -> None:
    held = warehouse.land(JAKON, [row | {"no_pendaftaran": ""} for row in rows(JAKON, range(5))])
    good = warehouse.land(JAKON, rows(JAKON, range(20)), nights_on(1))
    warehouse.validate(JAKON)
    assert warehouse.current(held)["delivery_status"] != "ACCEPTED"
    assert {row[0] for row in accepted(warehouse, JAKON, "delivery_id, row_number")} == {good}
    again = warehouse.connection.execute(
        "insert into ledger.validation (delivery_id, delivery_status, delivered_rows, accepted_rows, quarantined_rows,"
        " duplicate_rows) values (%s, 'ACCEPTED', 20, 20, 0, 0) returning validation_id",
        (good,),
    ).fetchone()
    assert {row[0] for row in accepted(warehouse, JAKON, "validation_id, row_number")} == set(again or ())
    assert len(accepted(warehouse, JAKON, "validation_id, row_number")) == 20


def test_a_column_declared_later_comes_last_and_views_on_the_view_stay(warehouse: Warehouse) -> None:
    declared = [column.name for column in JAKON.columns]
    without = JAKON.model_copy(update={"columns": (*JAKON.columns[:2], *JAKON.columns[3:])})
    connection = warehouse.connection
    make(connection, without)
    connection.execute("create view accepted.of_somebody as select * from accepted.bpjstk_jakon")
    connection.execute("alter table landing.bpjstk_jakon add column x_extra text")
    make(connection, JAKON)
    assert columns_of(connection, "accepted.bpjstk_jakon") == [*ADDRESS, *declared[:2], *declared[3:], declared[2]]
    make(connection, without)  # what is declared no more stays for those who read it
    assert declared[2] in columns_of(connection, "accepted.bpjstk_jakon")
    assert columns_of(connection, "accepted.of_somebody") == [*ADDRESS, *declared[:2], *declared[3:]]


def test_a_view_that_stands_waits_for_no_reader(warehouse: Warehouse) -> None:
    make(warehouse.connection, JAKON)
    warehouse.connection.commit()
    made = "select xmin, oid from pg_class where oid = 'accepted.bpjstk_jakon'::regclass"
    before = warehouse.connection.execute(made).fetchone()
    with connect(Role.LOADER) as reader:
        reader.execute("lock table accepted.bpjstk_jakon in access share mode")
        warehouse.connection.execute("set lock_timeout = '100ms'")
        quality.ensure_accepted_view(warehouse.connection, JAKON)
    assert warehouse.connection.execute(made).fetchone() == before


@pytest.mark.parametrize("role", [Role.TRANSFORMER, Role.BI, Role.AUDITOR])
def test_only_who_lands_rows_reads_accepted_ones(warehouse: Warehouse, role: Role) -> None:
    make(warehouse.connection, JAKON)
    warehouse.connection.commit()
    with connect(role) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("select * from accepted.bpjstk_jakon")


@pytest.mark.parametrize("deliveries", ["7", "7, 8, 9"])
def test_a_condition_on_the_delivery_from_outside_reaches_the_indexes_of_both_branches(
    warehouse: Warehouse, deliveries: str
) -> None:
    """As staging and what is stored from it ask: as dbt, through a view on the view of rows under keys."""
    make(warehouse.connection, IURAN)
    many(warehouse.connection)
    with connect(Role.TRANSFORMER) as dbt:
        dbt.execute("create view warehouse.staged as select *, jumlah::bigint as idr from keyed.bpjstk_iuran")
        plan = explained(dbt, f"select * from warehouse.staged where delivery_id in ({deliveries})")
    (union,) = [node for node in nodes(plan) if node["Node Type"] == "Append"]
    landed, examined = (list(nodes(branch)) for branch in union["Plans"])
    assert found_by(landed, "bpjstk_iuran_address", "7")
    assert found_by(examined, "validation_delivery", "7"), "validations are looked for by the literal deliveries"
    assert found_by(examined, "bpjstk_iuran_pkey", "validation_id"), "and what was examined by its validation"


def found_by(scans: list[dict[str, Any]], index: str, condition: str) -> bool:
    return any(node.get("Index Name") == index and condition in node["Index Cond"] for node in scans)


def make(connection: psycopg.Connection, feed: Feed) -> None:
    landing.ensure_landing_table(connection, feed)
    quality.ensure_quarantine_table(connection, feed)
    quality.ensure_accepted_view(connection, feed)
    quality.ensure_keyed_views(connection, feed)


def many(connection: psycopg.Connection) -> None:
    """Two hundred deliveries of a thousand landed rows each, of which a hundred were examined."""
    connection.execute("insert into ledger.feed values ('bpjstk', 'iuran', 't', 'o', 'increment')")
    connection.execute(
        "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " select 'bpjstk', 'iuran', date '2025-01-01' + n, repeat('a', 64), 'n', 1 from generate_series(1, 200) as n"
    )
    connection.execute(
        "insert into ledger.validation (delivery_id, delivery_status, delivered_rows, accepted_rows, quarantined_rows,"
        " duplicate_rows) select delivery_id, 'ACCEPTED', 1000, 1000, 0, 0 from ledger.delivery order by delivery_id"
    )
    address = "delivery_id, sheet, row_number"
    connection.execute(
        f"insert into landing.bpjstk_iuran ({address}, kpj) select delivery_id, '', n as row_number, n::text"
        " from ledger.delivery, generate_series(1, 1000) as n order by delivery_id, row_number"
    )
    connection.execute(
        f"insert into quarantine.bpjstk_iuran (validation_id, {address}, kpj, verdict, rules)"
        " select validation_id, delivery_id, '', n as row_number, n::text, 'accepted', '{}'"
        " from ledger.validation, generate_series(1, 100) as n order by validation_id, row_number"
    )
    connection.commit()
    for relation in ("landing.bpjstk_iuran", "quarantine.bpjstk_iuran"):
        connection.execute(sql.SQL("analyze {}").format(sql.Identifier(*relation.split("."))))
    connection.commit()


def explained(connection: psycopg.Connection, query: str) -> dict[str, Any]:
    row = connection.execute(f"explain (format json) {query}").fetchone()
    assert row
    return dict(row[0][0]["Plan"])


def nodes(plan: dict[str, Any]) -> Any:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
