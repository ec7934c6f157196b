"""What decides, beside the rows, what readers see is on record too: nothing of it is altered unnoticed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cakupan import installation, night
from cakupan.audit import check_definitions
from cakupan.audit.folder import Folder
from cakupan.database import Role, connect
from cakupan.database import schema as fixed
from cakupan.feeds import Column
from cakupan.ledger.entries import canonical, read_entries
from tests.audit.conftest import NIGHT, Kept, altered, verified
from tests.audit.test_dropped import declare_column

NEXT = NIGHT + timedelta(days=1)
ALTERATIONS = {
    "view ledger.published": "create or replace view ledger.published as"
    " select as_of_date, max(run_id) as run_id, max(published_at) as published_at from ledger.publication group by 1",
    "view marts.coverage": "create or replace view marts.coverage as"
    " select as_of_date, sector_code, active + 7 as active from warehouse.coverage",
    "view marts.planted": "create view marts.planted as select * from landing.distan_kelompok_tani",
    "schema elsewhere": "create schema elsewhere",
    "table elsewhere.copy": "create schema elsewhere create table copy (nik text)",
    "function ledger.in_force(date)": "alter function ledger.in_force(date) volatile",
    "function quality.is_nik(text)": "create or replace function quality.is_nik(cell text) returns boolean"
    " language sql immutable as 'select true'",
    "view accepted.distan_kelompok_tani": "alter view accepted.distan_kelompok_tani owner to postgres",
    "table warehouse.coverage": "alter table warehouse.coverage enable row level security",
    "policy few on warehouse.coverage": "create policy few on warehouse.coverage using (active < 40)",
    "trigger raise on warehouse.people": "create function public.f() returns trigger language plpgsql as"
    " 'begin return new; end'; create trigger raise before insert on warehouse.people for each row"
    " execute function public.f()",
    "rule hide on ledger.ignored": "create rule hide as on insert to ledger.ignored do instead nothing",
    "table identity.worker": "grant select on identity.worker to cakupan_bi",
    "grants on columns of identity.worker": "grant select (worker_key) on identity.worker to cakupan_bi",
    "table ledger.run": "alter table ledger.run add column hidden boolean",
    "schema landing": "grant usage on schema landing to public",
    "database": "grant create on database {database} to cakupan_bi",
    "default grants of cakupan_loader in schema landing on r":
    "alter default privileges for role cakupan_loader in schema landing grant select on tables to cakupan_bi",
    "grants on function pg_advisory_lock(bigint)": "grant execute on function pg_advisory_lock(bigint) to cakupan_bi",
    "event trigger watch": "create function public.e() returns event_trigger language plpgsql as 'begin end';"
    " create event trigger watch on ddl_command_end execute function public.e()",
    # What comes before what it is called like, or after the server was made in schemas that are looked through first.
    "view pg_catalog.coverage": "set allow_system_table_mods = on; create view pg_catalog.coverage as"
    " select date '2025-09-09' as as_of_date, 'A' as sector_code, 41 as active",
    "function round(text)": "create function pg_catalog.round(cell text) returns numeric language sql immutable"
    " as 'select 41.0'",
    "functions of PostgreSQL": "create or replace function pg_catalog.upper(text) returns text language sql immutable"
    " as 'select $1'",
    "operator public.+(": "create function public.plus(int, int) returns int language sql as 'select $1 - $2';"
    " create operator public.+ (leftarg = int, rightarg = int, function = public.plus)",
    "cast from integer to text": "create function public.said(int) returns text language sql as 'select $1 + 7';"
    " create cast (int as text) with function public.said(int) as implicit",
    "type public.amount": "create domain public.amount as int check (value < 40)",
    "function public.most(integer)": "create aggregate public.most(int) (sfunc = int4larger, stype = int)",
    "operator class public.turned": "create operator class public.turned for type int using btree as"
    " operator 1 >, function 1 btint4cmp(int, int)",
    # What is called like a night's own, and is not.
    "view marts.tonight_people": "create view marts.tonight_people as select * from landing.distan_kelompok_tani",
    "view marts.people__dbt_tmp": "create view marts.people__dbt_tmp as select * from landing.distan_kelompok_tani",
    # Rows of elsewhere.
    "foreign table elsewhere.figures": "create schema elsewhere; create foreign data wrapper files;"
    " create server disk foreign data wrapper files; create foreign table elsewhere.figures (n int) server disk",
    "table public.more_people": "create table public.more_people () inherits (warehouse.people)",
    "table warehouse.coverage_of_old": "create table warehouse.coverage_of_old (like warehouse.coverage);"
    " alter table warehouse.coverage_of_old inherit warehouse.coverage",
    # What a reader is set to in this database, and what is set for everybody.
    "settings of cakupan_bi in this database":
    "alter role cakupan_bi in database {database} set cakupan.as_known_at = '2025-01-01'",
    "settings of every role in this database": "alter database {database} set search_path = public, pg_catalog",
    "grants on pg_authid": "grant select on pg_authid to cakupan_bi",
    "sequence identity.read_no_seq": "grant usage on identity.read_no_seq to cakupan_bi",
    # What keeps the ledger's own tables true.
    "constraint publication_run_id_key on ledger.publication":
    "alter table ledger.publication drop constraint publication_run_id_key",
    "table ledger.publication": "alter table ledger.publication alter published_at set default 'infinity'",
    "triggers of constraints on ledger.run_input": "alter table ledger.run_input disable trigger all",
}  # fmt: skip
ROLES = {
    "role cakupan_bi": ("alter role cakupan_bi bypassrls", "alter role cakupan_bi nobypassrls"),
    "role cakupan_auditor": (
        "grant pg_read_all_data to cakupan_auditor",
        "revoke pg_read_all_data from cakupan_auditor",
    ),
    "role cakupan_loader": (
        "alter role cakupan_loader set search_path = elsewhere",
        "alter role cakupan_loader reset search_path",
    ),
    "role intruder": ("create role intruder superuser", "drop role intruder"),
    "role listener": ("create role listener login in role cakupan_loader", "drop role listener"),
    "role reader": ("create role reader login in role pg_read_all_data", "drop role reader"),
    "settings of every role": (
        "alter role all set cakupan.as_known_at = '2025-01-01'",
        "alter role all reset cakupan.as_known_at",
    ),
}
"""They are the server's, not of one database: to be put back."""


def alter(statement: str) -> None:
    with connect(Role.ADMIN) as admin:
        admin.execute(statement.replace("{database}", admin.info.dbname))  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ALTERATIONS)
def test_what_a_superuser_defines_otherwise_is_named(kept: Kept, name: str) -> None:
    alter(ALTERATIONS[name])
    assert any(f": {name}" in line or f" {name} " in line for line in altered(only=["definitions"])), altered()


@pytest.mark.parametrize("name", ROLES)
def test_a_role_that_may_more_is_named(kept: Kept, name: str) -> None:
    there, back = ROLES[name]
    alter(there)
    try:
        assert any(name in line for line in altered(only=["definitions"]))
    finally:
        alter(back)
    assert altered() == []


def test_the_next_night_does_not_take_it_for_its_own(kept: Kept) -> None:
    alter(ALTERATIONS["table identity.worker"])
    kept.publish(NEXT)
    kept.seal()
    assert altered() == [
        "definitions, before entry 7 (publication: run_id 2, as_of_date 2025-09-10): table identity.worker was changed,"
        " and not by the program"
    ]
    assert altered() == altered(on=NEXT)


def test_reference_data_that_a_night_found_altered_is_told(kept: Kept) -> None:
    """Its figures rest on it, and it stands in the record as the night found it."""
    kept.tamper("update reference.tariff set amount_idr = 20000")
    kept.publish(NEXT)
    kept.seal()
    assert altered() == [
        "definitions, before entry 7 (publication: run_id 2, as_of_date 2025-09-10): reference.tariff was changed, and"
        " not by the program"
    ]
    with connect(Role.LOADER) as connection:
        check_definitions.accept(connection, Folder(), "Ani, data team", "decree of the ministry")
    assert altered() == []


def test_a_person_accepts_it_and_only_with_the_records_key(kept: Kept) -> None:
    alter(ALTERATIONS["table identity.worker"])
    kept.publish(NEXT)
    alter(ALTERATIONS["schema landing"])
    with connect(Role.LOADER) as connection:
        check_definitions.accept(connection, Folder(), "Ani, data team", "asked for by the inspectorate")
        signed = next(iter(read_entries(connection, kind="definitions"))).facts
    assert altered() == []
    kept.tamper("delete from ledger.entry where kind = 'definitions'")
    forged = {**signed, "by": "Budi"}
    kept.tamper(f"insert into ledger.entry values (8, '{signed['recorded_at']}', 'definitions', '{canonical(forged)}')")
    assert len(altered()) == 3
    with connect(Role.LOADER) as connection, pytest.raises(ValueError, match="names themselves"):
        check_definitions.accept(connection, Folder(), " ", "no reason")


def test_nothing_is_accepted_that_is_as_the_program_made_it(kept: Kept) -> None:
    with connect(Role.LOADER) as connection, pytest.raises(ValueError, match="nothing to accept"):
        check_definitions.accept(connection, Folder(), "Ani", "just so")


@pytest.fixture
def newer_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of a version that has one more view."""
    for name in fixed.SCRIPTS:
        (tmp_path / name).write_text((fixed.REPEATABLE / name).read_text())
    with (tmp_path / "views.sql").open("a") as views:
        views.write("create or replace view ledger.newest as select max(as_of_date) as night from ledger.published;")
    monkeypatch.setattr(fixed, "REPEATABLE", tmp_path)


@pytest.mark.usefixtures("newer_schema")
def test_a_migration_is_no_alteration(kept: Kept) -> None:
    installation.set_up_warehouse(lambda _: None)
    assert altered() == []
    (entered,) = read_entries(kept.database, kind="definitions")
    assert entered.facts["by"] == "cakupan"
    assert entered.facts["why"] == "the warehouse was brought to the version of the program"
    kept.publish(NEXT)
    assert altered() == []


@pytest.mark.usefixtures("newer_schema")
def test_a_migration_does_not_cover_what_was_altered_before_it(kept: Kept) -> None:
    alter(ALTERATIONS["table identity.worker"])
    installation.set_up_warehouse(lambda _: None)
    assert any(line.startswith("definitions, before entry 7 (definitions: by cakupan)") for line in altered())


def test_another_program_may_define_otherwise(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    from cakupan.ledger import publications

    alter(ALTERATIONS["view marts.coverage"])  # as dbt does for a newer model
    said = publications.program() | {"dbt_project": "of a newer version"}
    monkeypatch.setattr(publications, "program", lambda: said)
    kept.publish(NEXT)
    (note,) = verified()["definitions"].notes
    assert note == "the program is not the one that recorded them last: other files in dbt_project"
    assert not verified()["definitions"].alterations


def test_a_feed_declared_anew_is_no_alteration(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare_column(monkeypatch, tmp_path, Column(name="no_hp", header="no_hp", about="Telephone"))
    assert altered() == []
    (entered,) = read_entries(kept.database, kind="definitions")
    assert entered.facts["why"] == "feeds are declared otherwise"


def test_preparing_again_enters_nothing(kept: Kept) -> None:
    night.prepare()
    assert not list(read_entries(kept.database, kind="definitions"))
