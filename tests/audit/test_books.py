"""No column of the warehouse's own books is altered unnoticed, and what nights rightly change is no alteration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from cakupan import identity, settings
from cakupan.audit.areas import Area
from cakupan.audit.check_books import check_books
from cakupan.audit.check_ledger import check_tables
from cakupan.audit.check_rows import check_decisions
from cakupan.audit.folder import Folder
from cakupan.audit.record import Record, read_record
from cakupan.cli.app import app
from cakupan.database import Role, connect
from cakupan.feeds import find_feed
from cakupan.ledger import runs
from cakupan.ledger.books import BOOKS, BOOKS_OF_ENTRIES
from cakupan.ledger.entries import Entry, canonical
from cakupan.ledger.erased import ErasedRow, enter_erasure
from cakupan.ledger.feeds import declare_feed
from cakupan.ledger.notifications import Notification, note_notification
from cakupan.privacy.erasing import erase
from tests.audit.conftest import FARMERS, NIGHT, Kept, altered, farmers, verified, within
from tests.databases import copy_of

NEXT = NIGHT + timedelta(days=1)
NOT_COVERED = {
    "ledger.build.only_row": "always true",
    "ledger.build.run_id": "names the run being built; what is not compared then is said, and the exit code is 2",
    "ledger.checkpoint.signed_at": "told to people only: what was signed is in the note, and when, in the record",
    "ledger.landing.declaration": "how an archived file is read again: the rows it gives are held against the record",
    "ledger.run.held_until": "until when a run has its turn: moves with each of its steps, and says nothing of a night",
}
"""Columns that may be altered without a word, and why."""
DOCUMENTED = Path(__file__).parents[2] / "docs/verifying.md"
ONE_OF_EACH = """
insert into ledger.city values ('Batu');
insert into ledger.seen values ('distan', 'kelompok_tani', '2025-09-09', 'a.csv', '12 bytes');
insert into ledger.ignored (agency, feed, name, reason_code, reason_id, reason_en, as_of_date)
values ('distan', 'kelompok_tani', 'A.CSV', 'NAME', 'id', 'en', '2025-09-09');
insert into ledger.asked values ('distan', 'kelompok_tani', '2025-09-09');
insert into ledger.reference values (default, 'v1');
insert into ledger.failure values (default, '2025-09-09', 'seal', 'full');
insert into ledger.notification (as_of_date, recipient, topics, subject, file_name, state, detail)
values ('2025-09-09', 'distan', '{late}', 's', 'a.html', 'FAILED', 'no server');
insert into ledger.correction values (2, 1, repeat('a', 64), 1, 0, 'Ani');
insert into ledger.dropped_landing values (2, default, clock_timestamp());
insert into ledger.written values ('outbox/a.html', repeat('a', 64), 1);
insert into identity.membership (kpj, membership_key) values ('12345678901', gen_random_uuid());
insert into identity.key values (2, 'f');
insert into identity.erased values ('\\x01', 'nik', 'erased:1', 1, 1);
insert into identity.looked_through values (1);
insert into quality.remark (validation_id, remark_code, row_count, detail_id, detail_en) values (1, 'R', 1, 'i', 'e');
insert into quality.dropped_funding_source values (1, 'DBHCHT');
insert into disclosure.judgement values (1, '2025-09-09', 5, 10);
insert into disclosure.cell values (1, 'r', 'm', 'c', 'g', 7, 5, true);
"""
ALTERED = {
    "text": "coalesce({0}, '') || 'x'",
    "bigint": "coalesce({0}, 0) + 1000",
    "integer": "coalesce({0}, 0) + 1000",
    "boolean": "not {0}",
    "date": "coalesce({0}, '2025-01-01') + 1",
    "timestamp with time zone": "coalesce({0}, now()) - interval '1 day'",
    "jsonb": """'{{"altered": true}}'""",
    "bytea": "'\\x00'::bytea || {0}",
    "text[]": "coalesce({0}, '{{}}') || '{{x}}'",
    "uuid": "gen_random_uuid()",
}
"""SQL for another value than a column has, by type."""


@dataclass
class Sealed:
    """A warehouse with a row in each of its tables, sealed."""

    folder: Folder
    database: str


@pytest.fixture(scope="module")
def sealed(empty_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """Two deliveries, a published night and one row of each kind beside them."""
    with copy_of(empty_template) as database, within(database, tmp_path_factory.mktemp("books")) as made:
        made.deliver(FARMERS, farmers())
        made.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), NEXT)
        made.publish()
        identity.register(made.database, find_feed(settings.FEEDS, FARMERS))
        row = ErasedRow("landed", "distan_kelompok_tani", 1, "s", 99, {"nik": "erased:1"}, b"1", b"2")
        enter_erasure(made.database, [row], {"by": "Ani", "why": "asked", "case": "1"})
        made.database.commit()
        with connect(Role.ADMIN) as admin:
            admin.execute(ONE_OF_EACH)
        made.seal()
        yield Sealed(Folder(made.ledger), database)


def columns(connection: psycopg.Connection[Any]) -> dict[str, dict[str, str]]:
    """The columns of every table that the warehouse keeps of itself, with their types, from the catalogue."""
    rows = connection.execute(
        "select n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod)"
        " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        " where c.relkind in ('r', 'p') and (n.nspname in ('ledger', 'identity', 'quality', 'disclosure')"
        " or n.nspname || '.' || c.relname = 'quarantine.distan_kelompok_tani') order by 1, 2"
    )
    found: dict[str, dict[str, str]] = {}
    for table, name, kind in rows:
        found.setdefault(table, {})[name] = kind
    return found


def loosen(connection: psycopg.Connection[Any], table: str) -> None:
    """As a superuser who lets neither keys nor checks nor triggers stand in the way."""
    connection.execute("set session_replication_role = replica")
    for (name,) in connection.execute(
        "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'f')", (table,)
    ).fetchall():
        connection.execute(f'alter table {table} drop constraint "{name}"')
    for (name,) in connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attidentity <> ''", (table,)
    ).fetchall():
        connection.execute(f'alter table {table} alter column "{name}" drop identity')


def only(record: Record, table: str) -> Record:
    """What the record says of one book: of what is looked at, the table that was altered."""
    said = [entry for entry in record.entries if entry.facts["kind"] == BOOKS_OF_ENTRIES]
    of_one = [
        canonical({**facts, "parts": {name: part for name, part in facts["parts"].items() if name == table}})
        for facts in (entry.facts for entry in said)
    ]
    return Record([Entry(entry.entry_no, body) for entry, body in zip(said, of_one, strict=True)])


def told(connection: psycopg.Connection[Any], sealed: Sealed, table: str, record: Record) -> list[str]:
    """What verification says on this connection, before anything is committed: first of the table as a book."""
    area = Area("books")
    check_books(connection, only(record, table), sealed.folder, area, None)
    if not area.alterations:
        check_tables(connection, read_record(connection, sealed.folder, area), area)
    if table.startswith("quarantine."):
        check_decisions(connection, record, sealed.folder, area, None)
    return area.alterations


def test_no_column_of_a_table_is_altered_unnoticed(sealed: Sealed) -> None:
    unnoticed, empty = set(), set()
    with connect(Role.ADMIN) as admin:
        record = read_record(admin, sealed.folder, Area("ledger"))
        for table, named in columns(admin).items():
            with admin.transaction(force_rollback=True):
                assert told(admin, sealed, table, record) == []
                loosen(admin, table)
                for name, kind in named.items():
                    with admin.transaction(force_rollback=True):
                        value = ALTERED[kind].format(f'"{name}"')
                        one = f"(select ctid from {table} order by ctid limit 1)"
                        changed = admin.execute(f'update {table} set "{name}" = {value} where ctid = {one}').rowcount
                        if not changed:
                            empty.add(table)
                        elif not told(admin, sealed, table, record):
                            unnoticed.add(f"{table}.{name}")
    assert empty == set()  # a new table needs a row above
    assert unnoticed == set(NOT_COVERED)


def test_what_is_not_covered_is_documented() -> None:
    said = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+\.[a-z_]+)` \| (.+) \|$", DOCUMENTED.read_text(), re.MULTILINE))
    assert said == NOT_COVERED


def test_books_name_their_own_columns(sealed: Sealed) -> None:
    with connect(Role.ADMIN) as admin:
        there = columns(admin)
    for book in BOOKS:
        assert {*book.key, *book.without} <= set(there[book.name]), book.name
        assert {f"{book.name}.{name}" for name in book.without} <= set(NOT_COVERED)


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (
            "update quality.rule_result set failed_rows = 77 where rule_id = (select min(rule_id) from"
            " quality.rule_result where validation_id = 1) and validation_id = 1",
            r"quality.rule_result: altered: validation_id='1', rule_id='.*': failed_rows was '.*', is '77'",
        ),
        ("delete from ledger.validation where validation_id = 2", r"ledger.validation: removed: validation_id='2'"),
        (
            "insert into ledger.failure values ('2025-09-09 20:00Z', '2025-09-09', 'seal', 'planted')",
            r"ledger.failure: added: failed_at='2025-09-09 20:00:00\+00', task='seal'",
        ),
        (
            "insert into quality.rule_result select 77, rule_id, expectation, severity, success, checked_rows,"
            " failed_rows from quality.rule_result where validation_id = 1 limit 1",
            r"quality.rule_result: added: validation_id='77', rule_id='.*'",
        ),
        (
            "update ledger.run set state = 'BUILDING', finished_at = null where run_id = 1",
            r"ledger.run: altered: run_id='1': finished_at was .*, is nothing; state was 'PUBLISHED', is 'BUILDING'",
        ),
        (
            "update ledger.row_reference_key set secret = sha256('x')",
            r"ledger.row_reference_key: altered: only_row='t': ",
        ),
        (
            "update ledger.feed set cadence = 'occasional', declared_at = now() where feed = 'kelompok_tani'",
            r"ledger.feed: distan.kelompok_tani is \(.*'occasional'\), and declared as \(.*'snapshot'\)",
        ),
        ("alter table ledger.failure drop column message", r"ledger.failure: its columns message are gone"),
        ("drop table ledger.failure", r"ledger.failure: the table is gone"),
    ],
)  # fmt: skip
def test_it_is_told_which_row_and_what_it_said(sealed: Sealed, statement: str, line: str) -> None:
    area = Area("books")
    with connect(Role.ADMIN) as admin, admin.transaction(force_rollback=True):
        admin.execute("set session_replication_role = replica")
        admin.execute(statement)
        check_books(admin, read_record(admin, sealed.folder, Area("ledger")), sealed.folder, area, None)
    assert any(re.match(line, each) for each in area.alterations), area.alterations


def test_what_nights_rightly_change_is_no_alteration(kept: Kept) -> None:
    """A file looked at again, a letter that is sent after it failed, a feed declared otherwise, a run that failed."""
    failed = Notification(NIGHT, "distan", ["late"], "s", "a.html", "FAILED", "no server")
    note_notification(kept.database, failed)
    run = runs.open_run(kept.database, NEXT, timedelta())
    kept.database.commit()
    kept.seal()
    note_notification(kept.database, failed._replace(topics=["late", "held"], file_name="b.html", state="SENT"))
    runs.mark_run(kept.database, run, "FAILED")
    kept.database.commit()
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), NEXT)
    assert altered() == []
    kept.publish(NEXT)
    kept.seal()
    assert altered() == []
    states = "select state from ledger.notification order by notification_id"
    assert kept.database.execute(states).fetchall() == [("REPLACED",), ("SENT",)]


def test_a_seal_reads_what_is_new_alone(kept: Kept) -> None:
    kept.publish(NEXT)
    kept.seal()
    first, second = (facts["parts"] for facts in verified_record(kept).of(BOOKS_OF_ENTRIES))
    assert {name: part["rows"] for name, part in second.items() if part["rows"]} == {
        "ledger.publication": 1, "ledger.run": 1,
    }  # fmt: skip
    assert first["quality.rule_result"]["rows"] > 10
    assert second["quality.rule_result"]["since"] is not None


def verified_record(kept: Kept) -> Record:
    with connect(Role.AUDITOR) as auditor:
        return read_record(auditor, Folder(kept.ledger), Area("ledger"))


def test_a_book_that_is_being_written_waits_for_the_next_seal(kept: Kept) -> None:
    with connect(Role.LOADER) as late:
        late.execute("insert into ledger.failure (as_of_date, task, message) values ('2025-09-09', 'seal', 'full')")
        kept.publish(NEXT)
        kept.seal()
        late.commit()
    assert altered() == []
    kept.publish(NEXT)
    kept.seal()
    assert altered() == []
    kept.tamper("update ledger.failure set message = 'nothing'")
    assert [line.split(":")[0] for line in altered()] == ["ledger.failure"]


def test_an_erased_person_is_no_alteration_and_hides_none(kept: Kept) -> None:
    identity.register(kept.database, find_feed(settings.FEEDS, FARMERS))
    kept.database.commit()
    kept.seal()
    erase("3579010101900001", "Ani", "asked", "1")
    assert altered() == []
    kept.seal()
    assert altered() == []
    kept.tamper("update identity.worker set sex = 'P' where nik = '3579010801900008'")
    (line,) = altered()
    assert re.fullmatch(r"identity.worker: altered: worker_key='[-0-9a-f]+': a cell that is kept nowhere else", line)


def test_a_feed_is_declared_anew_only_when_it_says_something_else(kept: Kept) -> None:
    feed = find_feed(settings.FEEDS, FARMERS)
    at = "select declared_at from ledger.feed where feed = 'kelompok_tani'"
    before = kept.database.execute(at).fetchone()
    declare_feed(kept.database, feed)
    assert kept.database.execute(at).fetchone() == before
    declare_feed(kept.database, feed.model_copy(update={"title": "x"}))
    assert kept.database.execute(at).fetchone() > before
    kept.database.rollback()


ONE_RESULT = (
    "update quality.rule_result set failed_rows = failed_rows + 77 where validation_id = 1 and rule_id ="
    " (select min(rule_id) from quality.rule_result where validation_id = 1)"
)


def test_a_book_that_differs_is_accepted_by_a_person_and_told_again_when_it_differs_once_more(kept: Kept) -> None:
    kept.tamper(ONE_RESULT)
    assert [line.split(":")[0] for line in altered()] == ["quality.rule_result"]
    accept = ["ledger", "accept", "--by", "Ani, data team", "--why"]
    assert CliRunner().invoke(app, [*accept, " "]).exit_code == 1
    done = CliRunner().invoke(app, [*accept, "counted again, letter 12"])
    assert done.exit_code == 0 and "Accepted as they are now: quality.rule_result\n" in done.output
    assert altered() == []
    *_, said = verified_record(kept).of(BOOKS_OF_ENTRIES)
    assert (said["by"], said["why"], said["accepts"]) == (
        "Ani, data team", "counted again, letter 12", ["quality.rule_result"],
    )  # fmt: skip
    assert [name for name, part in said["parts"].items() if part["since"] is None] == ["quality.rule_result"]
    kept.tamper(ONE_RESULT)
    (line,) = altered()
    assert line.startswith("quality.rule_result: altered: validation_id='1'")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (None, "there is nothing to accept"),
        ("alter table ledger.failure drop column message", "ledger.failure: what was taken out of the table itself"),
    ],
)
def test_nothing_else_of_a_book_is_accepted(kept: Kept, statement: str | None, told: str) -> None:
    if statement:
        kept.tamper(statement)
    done = CliRunner().invoke(app, ["ledger", "accept", "--by", "Ani", "--why", "just so"])
    assert done.exit_code == 1 and told in done.output
    assert len(list(verified_record(kept).of(BOOKS_OF_ENTRIES))) == 1


def test_without_marks_it_is_told_that_a_row_differs(kept: Kept) -> None:
    for path in (kept.ledger / "books").iterdir():
        path.unlink()
    kept.tamper("update ledger.validation set validated_at = validated_at - interval '1 hour'")
    assert altered(only=["books"])[0].startswith(
        "ledger.validation: differs from what was recorded; no marks were kept"
    )


def test_a_record_of_an_earlier_version_says_so(empty: Kept) -> None:
    assert verified()["books"].notes == ["no seal was made yet by a version that records the books"]
