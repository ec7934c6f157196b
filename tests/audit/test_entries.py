"""The record is made with what it records, gapless and in the order of the commits, and never changed."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import date
from typing import Any

import psycopg
import pytest

from cakupan import quality
from cakupan.database import Role, connect
from cakupan.ledger import digests, entries, validations
from cakupan.ledger.entries import append, canonical, read_entries, record_read
from tests.audit.conftest import FARMERS, FARMERS_TABLE, Kept, farmers


def kinds(connection: psycopg.Connection[Any]) -> list[str]:
    return [str(entry.facts["kind"]) for entry in read_entries(connection)]


def facts(connection: psycopg.Connection[Any], number: int) -> dict[str, Any]:
    return next(read_entries(connection, number)).facts


def test_the_record_opens_with_what_is_older(database: psycopg.Connection[Any]) -> None:
    (entry,) = read_entries(database)
    assert entry.facts == {
        "kind": "opening", "last_delivery_id": 0, "last_run_id": 0, "last_validation_id": 0,
        "recorded_at": entry.facts["recorded_at"],
    }  # fmt: skip
    assert canonical(entry.facts) == entry.body


def test_a_night_leaves_one_entry_for_each_thing_it_does(kept: Kept) -> None:
    assert kinds(kept.database) == [
        "opening",
        "delivery",
        "validation",
        "delivery",
        "validation",
        "publication",
        "books",
    ]
    assert [entry.entry_no for entry in read_entries(kept.database)] == list(range(7))
    assert all(canonical(entry.facts) == entry.body for entry in read_entries(kept.database))


def test_a_delivery_is_recorded_as_it_was_received(kept: Kept) -> None:
    recorded = facts(kept.database, 1)
    assert recorded["sha256"] == hashlib.sha256(farmers()).hexdigest()
    assert (recorded["agency"], recorded["feed"], recorded["business_date"]) == (
        "distan",
        "kelompok_tani",
        "2025-09-09",
    )
    assert recorded["size_bytes"] == len(farmers())


def test_a_validation_is_recorded_with_its_figures_and_its_rows(kept: Kept) -> None:
    recorded = facts(kept.database, 2)
    address, cells = ["sheet", "row_number"], ["number_cells", "error_cells", "typed_cells"]
    assert recorded["columns"][:7] == [*address, *cells, "defect", "raw_record"]
    figures = ("delivered_rows", "accepted_rows", "quarantined_rows", "duplicate_rows", "landed_rows")
    assert [recorded[name] for name in figures] == [11, 10, 1, 0, 11]
    assert recorded["decisions"]["rows"] >= 1
    assert len(base64.b64decode(recorded["rows_root"])) == 32


def test_no_cell_of_a_row_is_in_the_record(kept: Kept) -> None:
    record = "".join(entry.body for entry in read_entries(kept.database))
    assert "BUDI" not in record
    assert "3579010101900001" not in record


def test_what_is_rolled_back_was_never_recorded(kept: Kept) -> None:
    before = kinds(kept.database)
    with pytest.raises(ZeroDivisionError), kept.database.transaction():
        append(kept.database, "read", {})
        raise ZeroDivisionError
    append(kept.database, "read", {})
    assert kinds(kept.database) == [*before, "read"]
    assert [entry.entry_no for entry in read_entries(kept.database)] == list(range(8))


def test_entries_made_at_once_have_no_gaps(database: psycopg.Connection[Any]) -> None:
    def enter(number: int) -> None:
        with connect(Role.LOADER) as connection:
            for turn in range(10):
                append(connection, "read", {"by": number, "turn": turn})
                connection.rollback() if turn % 3 == 2 else connection.commit()

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = list(read_entries(database))
    assert [entry.entry_no for entry in entries] == list(range(1 + 4 * 7))
    times = [entry.facts["recorded_at"] for entry in entries]
    assert times == sorted(times)


@pytest.mark.parametrize("role", [Role.LOADER, Role.AUDITOR, Role.TRANSFORMER, Role.BI])
@pytest.mark.parametrize("statement", ["update ledger.entry set kind = 'x'", "delete from ledger.entry"])
def test_nobody_who_works_here_may_change_the_record(database_name: str, role: Role, statement: str) -> None:
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)  # type: ignore[call-overload]


def test_a_release_is_recorded_with_who_and_why(empty: Kept) -> None:
    empty.deliver(FARMERS, farmers(("35.79.01.1001", "35.79.01.1001")))
    held = farmers(("3579010101900001", "1"), ("3579010201900002", "2"), ("3579010301900003", "3"))
    number = empty.deliver(FARMERS, held, date(2025, 9, 10))
    quality.release(empty.database, number, "Ani", "letter 7")
    empty.database.commit()
    *_, before, validation, release = read_entries(empty.database)
    assert before.facts["delivery_status"] == "HELD"
    assert validation.facts["delivery_status"] == "ACCEPTED"
    assert {name: release.facts[name] for name in ("kind", "by", "why", "delivery_id", "validation_id")} == {
        "kind": "release", "by": "Ani", "why": "letter 7", "delivery_id": number,
        "validation_id": validation.facts["validation_id"],
    }  # fmt: skip
    assert validation.facts["rows_root"] == before.facts["rows_root"]
    assert validation.facts["decisions"] == before.facts["decisions"]


def test_an_auditors_read_is_recorded_with_the_login(database: psycopg.Connection[Any]) -> None:
    with connect(Role.AUDITOR) as auditor:
        record_read(auditor, " Ani ", "audit 2025", {"worker_key": "k"})
    recorded = facts(database, 1)
    del recorded["recorded_at"]
    assert recorded == {
        "kind": "read", "who": "Ani", "reason": "audit 2025", "login": "cakupan_auditor", "what": {"worker_key": "k"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.LOADER, "insert into ledger.entry values (9223372036854775807, now(), 'read', '{}')"),
        (Role.AUDITOR, "insert into ledger.entry values (9223372036854775807, now(), 'read', '{}')"),
        (Role.AUDITOR, "select ledger.append('restart', '{}')"),
        (Role.TRANSFORMER, "select ledger.append('publication', '{}')"),
        (Role.BI, "select ledger.record_read('Ani', 'audit 2025', '{}')"),
        (Role.BI, "select pg_advisory_lock(hashtext('cakupan.ledger'))"),
        (Role.AUDITOR, "select pg_try_advisory_xact_lock_shared(hashtext('cakupan.build'), 1)"),
        (Role.BI, "select lo_create(0)"),
        (Role.AUDITOR, "select lo_from_bytea(0, 'x')"),
    ],
)
def test_readers_can_neither_forge_an_entry_nor_keep_others_from_making_one(
    database_name: str, role: Role, statement: str
) -> None:
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)  # type: ignore[call-overload]


def test_an_entry_says_who_was_logged_in_whatever_it_is_told(database: psycopg.Connection[Any]) -> None:
    told = {"login": "cakupan_auditor", "kind": "restart", "recorded_at": "1999-01-01T00:00:00.000000Z"}
    append(database, "read", told)
    recorded = facts(database, 1)
    assert (recorded["login"], recorded["kind"]) == ("cakupan_loader", "read")
    assert recorded["recorded_at"] > "2025"


@pytest.mark.parametrize(
    "told",
    [
        {"b": 'Ü\n"\\\t\x01\x7f', "B": None, "ä": [], "a": [1, -2, True, {"z": {}, "y": ""}], "é€": 10**20},
        {"10": 1, "9": 2, "": "😀", "a b": "/", "A_": "</script>", "\u2028": "\u2028"},
    ],
)
def test_the_database_writes_an_entry_as_python_does(database: psycopg.Connection[Any], told: dict[str, Any]) -> None:
    append(database, "read", told)
    entry = next(read_entries(database, 1))
    assert entry.body == canonical(entry.facts)
    assert {name: entry.facts[name] for name in told} == told


@pytest.mark.parametrize(("who", "reason"), [("", "why"), ("who", " ")])
def test_a_read_without_a_person_or_a_reason_is_refused(
    database: psycopg.Connection[Any], who: str, reason: str
) -> None:
    with pytest.raises(ValueError, match="who they are and why"):
        record_read(database, who, reason, {})
    assert kinds(database) == ["opening"]


def test_validating_again_reuses_the_tree_of_rows_that_did_not_change(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "landed_digest", lambda *_: pytest.fail("computed again"))
    validations.record_validation(kept.database, 1)
    assert facts(kept.database, 7)["rows_root"] == facts(kept.database, 2)["rows_root"]


def test_the_tree_of_rows_does_not_depend_on_where_they_lie(kept: Kept) -> None:
    (delivery,) = kept.database.execute(f"select min(delivery_id) from {FARMERS_TABLE}").fetchone()
    columns = digests.landed_columns(kept.database, "distan_kelompok_tani", delivery)
    landed = digests.LandedRows("distan_kelompok_tani", delivery, 64 * "0", columns)
    before = digests.landed_digest(kept.database, landed)
    with connect(Role.ADMIN) as superuser:  # as COPY leaves a large file: some early rows lie behind later ones
        superuser.execute(
            f"with early as (delete from {FARMERS_TABLE} where row_number < 5 returning *)"
            f" insert into {FARMERS_TABLE} select * from early"
        )
    (moved,) = kept.database.execute(
        f"select array_agg(row_number) from {FARMERS_TABLE} where delivery_id = %s", (delivery,)
    ).fetchone()
    assert moved != sorted(moved)
    assert digests.landed_digest(kept.database, landed) == before


def test_an_entry_is_one_line_of_json_whatever_it_says() -> None:
    told = canonical({"b": 'Ü\n"', "a": date(2025, 9, 9)})
    assert told == '{"a":"2025-09-09","b":"Ü\\n\\""}'
    assert json.loads(told)["b"] == 'Ü\n"'
    with pytest.raises(TypeError, match="no place in the record"):
        canonical({"a": object()})


def test_entries_are_read_some_at_a_time(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = list(read_entries(kept.database))
    assert len(at_once) > 4
    for many in (1, 2, len(at_once), len(at_once) + 1):
        monkeypatch.setattr(entries, "_AT_ONCE", many)
        assert list(read_entries(kept.database)) == at_once
        assert list(read_entries(kept.database, 3)) == at_once[3:]
        of_kind = [entry for entry in at_once if entry.facts["kind"] == "validation"]
        assert list(read_entries(kept.database, kind="validation")) == of_kind


def test_entries_of_a_kind_and_of_a_delivery_are_found_by_an_index(kept: Kept) -> None:
    kept.database.execute("set local enable_seqscan = off")
    asked = {
        "entry_of_kind": (entries._OF_KIND, {"kind": "publication", "start": 0, "many": 9}),
        "validation_of_delivery": (validations._OF_DELIVERY, {"delivery_id": "1"}),
    }
    for index, (query, values) in asked.items():
        plan = kept.database.execute(f"explain {query}", values).fetchall()
        assert f"using {index}" in str(plan).lower(), plan
