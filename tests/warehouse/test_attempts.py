"""Each login tries each relation of a warehouse with published nights: all that is not its own is refused."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from cakupan.database import Role, connect, offices
from cakupan.database.connection import url_of
from cakupan.database.grants import differences
from tests.warehouse.conftest import Warehouse

READS = {
    Role.LOADER: "ledger landing quarantine accepted keyed identity quality reference warehouse office.quarantined_row"
    " disclosure.cell disclosure.judgement",
    Role.TRANSFORMER: "ledger keyed quality reference warehouse marts latest open"
    " disclosure office.scorecard office.roster",
    Role.STEWARD: "ledger quality",
    Role.AUDITOR: "ledger quality reference warehouse marts latest open disclosure",
    Role.BI: "marts latest open",
    Role.VIEWER: "open",
}
"""The schemas, and where not all of one the relations, that each login reads."""
PERSONS = (
    "bpjstk_iuran bpjstk_kepesertaan dinsos_relawan_disabilitas disdik_ptk_non_asn diskumdag_pelaku_usaha"
    " diskumdag_sosialisasi disnaker_penerima_dbhcht dispar_pekerja_seni distan_kelompok_tani"
    " distan_permohonan_bantuan perkim_tenaga_lapangan"
)
NOT = {
    Role.AUDITOR: {f"warehouse.stg_{feed}" for feed in PERSONS.split()},
    Role.LOADER: {"keyed.worker", "keyed.membership"},
    Role.STEWARD: {"ledger.row_reference_key"},
}
OFFICES = ("distan", "dinsos")
OF_OFFICES = {
    "office.delivery": "agency",
    "office.quarantined_row": "agency",
    "office.scorecard": "agency_code",
    "office.roster": "agency_code",
}
"""What an office sees, with the column that says whose a row is."""
RELATIONS = (
    "select n.nspname, c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
    " where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^(pg_|information_schema)'"
)
REFUSED = {
    "insert": "insert into {} default values",
    "delete": "delete from {}",
    "truncate": "truncate {}",
    "lock": "lock table {} in access exclusive mode",
}
READERS = (Role.STEWARD, Role.AUDITOR, Role.BI, Role.VIEWER)
TAKEN = {
    "a lock": "select pg_advisory_xact_lock(1)",
    "a large object": "select lo_create(0)",
    "a temporary table": "create temporary table mine (n int)",
    "a table": "create table public.mine (n int)",
    "a schema": "create schema mine",
    "a size": "select pg_total_relation_size('identity.worker')",
    "the size of the database": "select pg_database_size(current_database())",
    "a file": "select pg_read_file('PG_VERSION')",
    "a program": "copy (select 1) to program 'true'",
    "passwords": "select rolpassword from pg_authid",
    "another's session": "select pg_terminate_backend(0)",
    "another's rights": "set role cakupan_loader",
    "space in the log": "select pg_logical_emit_message(false, 'x', repeat('x', 10))",
}


@pytest.fixture(scope="module")
def relations(warehouse: Warehouse) -> list[str]:
    with connect(Role.ADMIN) as admin:
        return [f"{schema}.{name}" for schema, name in admin.execute(RELATIONS).fetchall()]


@pytest.fixture
def login(request: pytest.FixtureRequest, warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with connect(request.param, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")  # which anybody may do
        yield connection


# A view over several relations takes no rows and is not truncated, whoever asks.
REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.WrongObjectType,
    psycopg.errors.ObjectNotInPrerequisiteState,
)


@pytest.fixture(scope="module")
def office_logins(warehouse: Warehouse) -> Iterator[dict[str, psycopg.Connection]]:
    """Two offices, each with its own login."""
    with connect(Role.ADMIN) as admin:
        passwords = {agency: offices.add_login(admin, agency) for agency in OFFICES}
    logins = {
        agency: psycopg.connect(url_of(offices.login_of(agency), password), autocommit=True)
        for agency, password in passwords.items()
    }
    yield logins
    for connection in logins.values():
        connection.close()
    with connect(Role.ADMIN) as admin:
        for agency in OFFICES:
            offices.remove_login(admin, agency)


def refused(connection: psycopg.Connection, statement: str) -> bool:
    """Whether the statement was refused; it is undone where it was not."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)  # type: ignore[call-overload]
    except REFUSALS:
        return True
    return False


def test_a_warehouse_with_nights_is_as_declared(warehouse: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        assert [difference.told for difference in differences(admin)] == []


@pytest.mark.parametrize(("login", "role"), [(role, role) for role in READS], indirect=["login"])
def test_a_login_reads_what_is_its_own_to_read_and_nothing_else(
    login: psycopg.Connection, role: Role, relations: list[str]
) -> None:
    own = READS[role].split()
    may = {each for each in relations if each.split(".")[0] in own or each in own} - NOT.get(role, set())
    read = {each for each in relations if not refused(login, f"select from {each} limit 1")}
    sequences = {each for each in relations if each.endswith("_seq")}
    assert read - sequences == may - sequences
    assert not read & sequences or role in (Role.TRANSFORMER, Role.LOADER)


@pytest.mark.parametrize("login", READERS, indirect=True)
def test_a_reader_changes_and_locks_nothing(login: psycopg.Connection, relations: list[str]) -> None:
    done = [
        (each, what)
        for each in relations
        for what, statement in REFUSED.items()
        if not each.endswith("_seq") and not refused(login, statement.format(each))
    ]
    assert done == []


@pytest.mark.parametrize("login", READERS, indirect=True)
def test_a_reader_takes_nothing_that_others_need(login: psycopg.Connection) -> None:
    assert [what for what, statement in TAKEN.items() if not refused(login, statement)] == []


@pytest.mark.parametrize("agency", OFFICES)
def test_an_office_reads_its_own_rows_all_of_them_and_no_other(
    office_logins: dict[str, psycopg.Connection], agency: str, relations: list[str]
) -> None:
    office = office_logins[agency]
    read = {each for each in relations if not refused(office, f"select from {each} limit 1")}
    assert read == set(OF_OFFICES)
    own = {
        "office.delivery": "select count(*) from ledger.delivery where agency = %(agency)s",
        "office.quarantined_row": "select sum(quarantined_rows) from ledger.current_validation"
        " where agency = %(agency)s",
        "office.scorecard": "select count(*) from marts.data_quality_scorecard where agency_code = %(agency)s",
        "office.roster": "select count(*) from marts.fct_roster where agency_code = %(agency)s",
    }
    with connect(Role.ADMIN) as admin:
        for relation, column in OF_OFFICES.items():
            seen = office.execute(f"select {column}, count(*) from {relation} group by 1").fetchall()
            (there,) = admin.execute(own[relation], {"agency": agency}).fetchone()
            assert seen == ([(agency, there)] if there else []), relation
            assert there or relation == "office.quarantined_row"


def test_an_office_is_told_nothing_by_what_it_asks_and_changes_nothing(
    office_logins: dict[str, psycopg.Connection], relations: list[str]
) -> None:
    office = office_logins["dinsos"]
    office.execute("set default_transaction_read_only = off")
    # A condition that fails on the rows of others would say what they hold, were it asked of them.
    own = "array(select delivery_id from office.delivery)"
    for relation in OF_OFFICES:
        is_own = "agency_code = 'dinsos'" if relation == "office.scorecard" else f"delivery_id = any({own})"
        office.execute(f"select count(*) from {relation} where 1 / (case when {is_own} then 1 else 0 end) = 1")
    assert [what for what, statement in TAKEN.items() if not refused(office, statement)] == []
    assert [each for each in OF_OFFICES if not refused(office, f"delete from {each}")] == []
    for group in ("cakupan_office_distan", "cakupan_auditor"):
        assert refused(office, f"set role {group}")
    office.execute("reset default_transaction_read_only")


def test_with_logins_of_offices_the_warehouse_is_as_declared(office_logins: dict[str, psycopg.Connection]) -> None:
    with connect(Role.ADMIN) as admin:
        assert [difference.told for difference in differences(admin)] == []
        admin.execute("alter policy of_the_office on quarantine.distan_kelompok_tani using (true)")
        admin.execute("alter table ledger.delivery disable row level security")
        told = [difference.told for difference in differences(admin)]
        admin.rollback()
    assert told == [
        "table ledger.delivery keeps no rows from anybody",
        "table quarantine.distan_kelompok_tani keeps other rows from offices than is declared",
    ]


def test_a_login_that_was_removed_is_gone(warehouse: Warehouse) -> None:
    with connect(Role.ADMIN) as admin:
        password = offices.add_login(admin, "perkim")
        admin.commit()
        office = psycopg.connect(url_of(offices.login_of("perkim"), password))
        offices.remove_login(admin, "perkim")
        assert "perkim" not in offices.offices_with_login(admin)
    with pytest.raises(psycopg.OperationalError):
        office.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url_of(offices.login_of("perkim"), password))
