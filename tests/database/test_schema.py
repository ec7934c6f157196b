"""Warehouses are brought to this version by numbered files, applied once each, and never half."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from cakupan.database import CannotMigrate, Role, apply_schema, connect, migration, schema
from cakupan.database.migration import applied_migrations, known_migrations, pending_migrations, refuse_newer

OLDER = """
    drop table ledger.migration;
    drop table quality.remark;
    drop view ledger.current_validation;
    alter table ledger.validation drop column median_on;
    create view ledger.current_validation as
    select distinct on (v.delivery_id)
        v.*, d.agency, d.feed, f.cadence, d.business_date, d.sha256, d.original_name, d.received_at
    from ledger.validation v
    join ledger.delivery d using (delivery_id)
    join ledger.feed f using (agency, feed)
    order by v.delivery_id, v.validation_id desc;
    comment on schema ledger is 'older';
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with this program's migrations, to which a test adds its own."""
    for known in known_migrations():
        (tmp_path / f"{known.name}.sql").write_text(known.text, encoding="utf-8")
    monkeypatch.setattr(migration, "FOLDER", tmp_path)
    return tmp_path


def write_next(files: Path, text: str, what: str = "adds_a_column") -> str:
    """Add a migration with the next number; returns its name."""
    name = f"{len(known_migrations()) + 1:04}_{what}"
    (files / f"{name}.sql").write_text(text, encoding="utf-8")
    return name


def migrate() -> None:
    """Bring the warehouse up to date, as every night does first."""
    with connect(Role.ADMIN) as admin:
        apply_schema(admin)


def refusal() -> str:
    """Why the warehouse cannot be brought up to date, in one line."""
    with pytest.raises(CannotMigrate) as told:
        migrate()
    return str(told.value)


def test_a_warehouse_older_than_migrations_is_brought_up_to_date(database_name: str) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute(OLDER)
        apply_schema(admin)
    with connect(Role.LOADER) as loader:
        assert loader.execute("select median_on from ledger.current_validation").fetchall() == []
        loader.execute("select validation_id, remark_code from quality.remark")
        assert [row.name for row in applied_migrations(loader)] == [known.name for known in known_migrations()]
    for role in (Role.TRANSFORMER, Role.AUDITOR):
        with connect(role) as reader:
            reader.execute("select detail_id, detail_en from quality.remark")


def test_a_new_file_is_applied_once_and_what_it_adds_may_be_read(database_name: str, files: Path) -> None:
    added = write_next(
        files,
        "alter table ledger.run add column host text;"
        "create table ledger.added (n int); insert into ledger.added values (1)",
    )
    with connect(Role.LOADER) as loader:
        assert [each.name for each in pending_migrations(loader)] == [added]
    migrate()
    migrate()
    for role in (Role.LOADER, Role.TRANSFORMER, Role.AUDITOR):
        with connect(role) as reader:
            assert reader.execute("select n from ledger.added").fetchall() == [(1,)]
            assert reader.execute("select host from ledger.run").fetchall() == []
            assert applied_migrations(reader)[-1].name == added


def test_files_are_applied_in_order_and_all_or_none(database_name: str, files: Path) -> None:
    first = write_next(files, "create table ledger.added (n int)", "adds_a_table")
    second = write_next(files, "alter table ledger.added add column n int", "adds_a_column_twice")
    told = refusal()
    assert told.startswith(f"migration {second}.sql: ") and told.endswith("nothing was changed")
    with connect(Role.LOADER) as loader:
        assert loader.execute("select to_regclass('ledger.added')").fetchone() == (None,)
        assert [each.name for each in pending_migrations(loader)] == [first, second]
    (files / f"{second}.sql").write_text("alter table ledger.added add column m int", encoding="utf-8")
    migrate()
    with connect(Role.LOADER) as loader:
        assert loader.execute("select n, m from ledger.added").fetchall() == []


def test_an_edited_file_is_refused(database_name: str, files: Path) -> None:
    name = write_next(files, "create table ledger.added (n int)")
    migrate()
    (files / f"{name}.sql").write_text("create table ledger.added (n bigint)", encoding="utf-8")
    told = refusal()
    assert told.startswith(f"migration {name}.sql is not what this warehouse had as its number")
    assert "put its text back, and write the change into a new file" in told
    (files / f"{name}.sql").rename(files / f"{name}_otherwise.sql")
    assert f"({name}, applied " in refusal()


def test_an_older_program_leaves_a_newer_warehouse_alone(database_name: str, files: Path) -> None:
    name = write_next(files, "create table ledger.added (n int)")
    migrate()
    (files / f"{name}.sql").unlink()
    with connect(Role.ADMIN) as admin:
        admin.execute("comment on schema ledger is 'what the newer program left'")
    told = refusal()
    assert f"({name}, applied " in told and "a newer Cakupan has been here" in told
    with connect(Role.LOADER) as loader, pytest.raises(CannotMigrate):
        refuse_newer(loader)
    with connect(Role.ADMIN) as admin:
        left = admin.execute("select obj_description('ledger'::regnamespace, 'pg_namespace')").fetchone()
    assert left == ("what the newer program left",)


def test_what_holds_no_rows_is_made_anew_when_its_text_changes(
    database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in schema.SCRIPTS:
        (tmp_path / name).write_text((schema.REPEATABLE / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "views.sql").open("a") as views:
        views.write("create or replace view ledger.added as select 1 as n;")
    monkeypatch.setattr(schema, "REPEATABLE", tmp_path)
    migrate()
    with connect(Role.AUDITOR) as reader:
        assert reader.execute("select n from ledger.added").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["0003_after_a_gap", "0001_the_number_is_taken", "2_short", "0002-no-name"])
def test_a_file_that_is_not_numbered_next_is_named(files: Path, name: str) -> None:
    for known in known_migrations()[1:]:
        (files / f"{known.name}.sql").unlink()
    (files / f"{name}.sql").touch()
    with pytest.raises(CannotMigrate, match=r"numbered without a gap"):
        known_migrations()


def test_nobody_but_the_administrator_says_what_was_applied(database: psycopg.Connection) -> None:
    for statement in ("update ledger.migration set name = 'x'", "insert into ledger.migration values (9, 'x', 'x')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(statement)
        database.rollback()
