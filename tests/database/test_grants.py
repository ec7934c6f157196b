"""The catalogue is what grants.yml says, no more and no less; what is otherwise is told, and mended."""

from __future__ import annotations

import psycopg
import pytest

from cakupan.database import Role, connect
from cakupan.database.declared_grants import PREFIX, declared
from cakupan.database.grants import apply, differences, give_own, limit_logins
from cakupan.database.row_security import protect, unprotected

ALTERATIONS = {
    "grant select on ledger.run to cakupan_bi": "table ledger.run: cakupan_bi has SELECT",
    "grant usage on schema ledger to public": "schema ledger: public has USAGE",
    "grant select (name) on ledger.city to cakupan_bi": "column name of ledger.city: cakupan_bi has SELECT",
    "grant usage on sequence ledger.run_run_id_seq to cakupan_bi":
    "sequence ledger.run_run_id_seq: cakupan_bi has USAGE",
    "grant execute on function ledger.append(text, jsonb) to cakupan_auditor":
    "routine ledger.append(text,jsonb): cakupan_auditor has EXECUTE",
    "grant execute on function pg_advisory_lock(bigint) to cakupan_bi":
    "routine pg_advisory_lock(bigint): cakupan_bi has EXECUTE",
    "grant execute on function pg_ls_dir(text) to public": "routine pg_ls_dir(text): public has EXECUTE",
    "grant select on pg_authid to cakupan_bi": "table pg_authid: cakupan_bi has SELECT",
    "revoke select on ledger.run from cakupan_auditor": "table ledger.run: cakupan_auditor lacks SELECT",
    "alter default privileges for role cakupan_transformer in schema marts grant select on tables to public":
    "new tables of cakupan_transformer in marts: public would have SELECT",
    "alter default privileges for role cakupan_loader grant execute on functions to public":
    "new functions of cakupan_loader in any schema: public would have EXECUTE",
    "do $$ begin execute format('grant temporary on database %I to cakupan_bi', current_database()); end $$":
    "cakupan_bi has TEMPORARY",
    "alter role cakupan_bi bypassrls": "role cakupan_bi has attributes beyond those of a login",
    "grant cakupan_auditor to cakupan_bi": "role cakupan_bi has the rights of cakupan_auditor",
    "alter role cakupan_bi set statement_timeout = 0": "role cakupan_bi sets statement_timeout to 0; declared: 10min",
    "alter role cakupan_viewer connection limit 500": "role cakupan_viewer may log in: True, 500 times at once",
    "create role cakupan_guest": "role cakupan_guest is not declared",
    "alter table ledger.run owner to cakupan_loader": "table ledger.run belongs to cakupan_loader",
}  # fmt: skip
FOR_A_PERSON = ("is not declared", "belongs to")


@pytest.fixture
def admin(database_name: str) -> psycopg.Connection:
    """The administrator, whose transaction is never committed: roles are the server's."""
    connection = connect(Role.ADMIN)
    yield connection
    connection.rollback()
    connection.close()


def told(admin: psycopg.Connection) -> list[str]:
    return [difference.told for difference in differences(admin)]


def test_a_new_warehouse_is_as_declared(admin: psycopg.Connection) -> None:
    assert told(admin) == []


@pytest.mark.parametrize("statement", ALTERATIONS)
def test_what_is_otherwise_is_told_and_mended(admin: psycopg.Connection, statement: str) -> None:
    admin.execute(statement)  # type: ignore[call-overload]
    assert any(ALTERATIONS[statement] in line for line in told(admin)), told(admin)
    apply(admin)
    assert not [line for line in told(admin) if not any(word in line for word in FOR_A_PERSON)]


def test_what_a_night_makes_grants_what_its_name_is_to_grant(database_name: str) -> None:
    with connect(Role.TRANSFORMER) as dbt:
        dbt.execute("create table warehouse.stg_distan_kelompok_tani (n int)")
        dbt.execute("create table warehouse.fct_other (n int)")
    with connect(Role.ADMIN) as administrator:
        assert told(administrator) == ["table warehouse.stg_distan_kelompok_tani: cakupan_auditor has SELECT"]
    with connect(Role.TRANSFORMER) as dbt:
        give_own(dbt)
    with connect(Role.ADMIN) as administrator:
        assert told(administrator) == []


def test_rows_are_kept_from_offices_where_nobody_else_may_read_them(database: psycopg.Connection) -> None:
    """As of what was examined: the owner alone sees all rows."""
    database.execute("create table quarantine.x (delivery_id bigint)")
    protect(database, "quarantine", "x")
    policies = "select polname from pg_policy where polrelid = 'quarantine.x'::regclass"
    assert database.execute(policies).fetchall() == [("of_the_office",)]
    assert ("quarantine", "x") not in {place[:2] for place in unprotected(database, declared())}


def test_a_reader_who_lifts_the_limits_of_a_shared_login_does_so_until_the_next_night(database_name: str) -> None:
    with connect(Role.BI, autocommit=True) as reader:
        reader.execute("set default_transaction_read_only = off")
        reader.execute("alter role cakupan_bi set statement_timeout = 0")
        reader.execute(f"alter role cakupan_bi in database {database_name} set search_path = public")
    with connect(Role.ADMIN) as admin:
        assert told(admin) == [
            "role cakupan_bi sets statement_timeout to 0; declared: 10min",
            "role cakupan_bi sets search_path=public in this database alone; declared: nothing",
        ]
        limit_logins(admin)
        assert told(admin) == []


@pytest.mark.parametrize("database", ["postgres", "template1", "airflow"])
def test_a_reader_enters_no_other_database_of_the_server(database_name: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(Role.BI, database)


def test_what_runs_with_its_owners_rights_finds_no_names_of_others(admin: psycopg.Connection) -> None:
    definer = admin.execute(
        "select oid::regprocedure::text, pg_get_userbyid(proowner), proconfig from pg_proc"
        " where prosecdef and pronamespace::regnamespace::text !~ '^pg_|information_schema' order by 1"
    ).fetchall()
    assert len(definer) >= 3
    assert {tuple(settings or ()) for *_, settings in definer} == {("search_path=pg_catalog, pg_temp",)}
    # As the administrator nothing runs that reads relations of others, whose views could then run anything.
    assert {name.startswith("identity.") for name, owner, _ in definer if owner == "cakupan_loader"} == {True}
    assert {owner for name, owner, _ in definer if not name.startswith("identity.")} == {"postgres"}


@pytest.mark.parametrize("role", [role for role in Role if role.value.removeprefix(PREFIX) in declared().roles])
def test_a_login_has_its_limits(database_name: str, role: Role) -> None:
    if role is Role.AIRFLOW:
        return
    wanted = declared().roles[role.value.removeprefix(PREFIX)].settings
    with connect(role) as connection:
        for name, value in wanted.items():
            assert connection.execute("select current_setting(%s)", (name,)).fetchone() == (value,)
