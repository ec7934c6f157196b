"""Each login tries each relation of a warehouse with published nights: all that is not its own is refused."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from cakupan.database import Role, connect
from cakupan.database.grants import differences
from tests.warehouse.conftest import Warehouse

READS = {
    Role.LOADER: "ledger landing quarantine accepted identity quality reference warehouse",
    Role.TRANSFORMER: (
        "ledger landing quarantine accepted identity quality reference warehouse marts latest open disclosure"
    ),
    Role.STEWARD: "ledger quality",
    Role.AUDITOR: "ledger quality reference warehouse marts latest open disclosure identity.unresolved_participant",
    Role.BI: "marts latest open",
    Role.VIEWER: "open",
}
"""The schemas, and where not all of one the relations, that each login reads."""
NOT = {Role.LOADER: {"identity.unresolved_participant"}}
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
