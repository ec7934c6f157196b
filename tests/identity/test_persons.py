"""An auditor sees a person by functions that enter who read, why and for which case; nothing else shows one."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from cakupan.database import Role, connect

NIK = "3579010101900001"
WORKER = uuid4()
PERSON = "select nik, kpj from identity.person(%s, %s, %s, %s)"
ASKED = ("Ani", "audit 2025", "LHP 7/2025", WORKER)


@pytest.fixture
def city(database: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A worker who is known, and where memberships are built."""
    database.execute(
        "insert into identity.worker (nik, worker_key, born_on, sex) values (%s, %s, '1990-01-01', 'L')", (NIK, WORKER)
    )
    database.commit()
    with connect(Role.TRANSFORMER) as dbt:
        dbt.execute("create table warehouse.fct_membership (worker_key uuid, membership_key uuid)")
    return database


def reads(database: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    rows = database.execute("select body from ledger.entry where kind = 'read' order by entry_no").fetchall()
    database.commit()
    return [json.loads(body) for (body,) in rows]


def test_a_person_is_shown_and_the_read_stands_on_record(city: psycopg.Connection[Any]) -> None:
    with connect(Role.AUDITOR) as auditor:
        assert auditor.execute(PERSON, ASKED).fetchall() == [(NIK, [])]
    (read,) = reads(city)
    assert (read["who"], read["reason"], read["login"]) == ("Ani", "audit 2025", "cakupan_auditor")
    assert read["what"] == {"case": "LHP 7/2025", "person": str(WORKER), "read_no": 1}


@pytest.mark.parametrize("missing", [0, 1, 2])
@pytest.mark.parametrize("said", ["", "  ", None])
def test_nothing_is_shown_to_who_does_not_say_who_why_and_which_case(
    city: psycopg.Connection[Any], missing: int, said: str | None
) -> None:
    asked = [*ASKED]
    asked[missing] = said  # type: ignore[call-overload]
    with connect(Role.AUDITOR) as auditor, pytest.raises(psycopg.errors.RaiseException):
        auditor.execute(PERSON, asked)
    assert reads(city) == []


@pytest.mark.parametrize("role", [Role.BI, Role.VIEWER, Role.TRANSFORMER])
def test_others_are_shown_nobody(city: psycopg.Connection[Any], role: Role) -> None:
    with connect(role) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(PERSON, ASKED)


def test_a_row_as_received_is_shown_and_on_record(city: psycopg.Connection[Any]) -> None:
    city.execute(
        "insert into ledger.feed (agency, feed, title, owner, cadence) values ('a', 'b', 't', 'o', 'snapshot')"
    )
    (number,) = city.execute(
        "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " values ('a', 'b', '2025-09-09', repeat('0', 64), 'b.csv', 1) returning delivery_id"
    ).fetchone() or (0,)  # fmt: skip
    city.execute("create table landing.a_b (delivery_id bigint, sheet text, row_number bigint, nik text, nama text)")
    city.execute("insert into landing.a_b values (%s, '', 2, %s, null)", (number, NIK))
    city.commit()
    with connect(Role.AUDITOR) as auditor:
        rows = auditor.execute(
            "select * from identity.received_row('Ani', 'audit 2025', 'LHP 7/2025', %s, '', 2)", (number,)
        ).fetchall()
    assert [row["nik"] for (row,) in rows] == [NIK]
    assert reads(city)[0]["what"]["received_row"] == {"delivery": number, "sheet": "", "row_number": 2}


def test_a_read_that_was_rolled_back_has_used_its_number(city: psycopg.Connection[Any]) -> None:
    for rolled_back in (True, False):
        with connect(Role.AUDITOR) as auditor:
            auditor.execute(PERSON, ASKED)
            if rolled_back:
                auditor.rollback()
    assert [read["what"]["read_no"] for read in reads(city)] == [2]
