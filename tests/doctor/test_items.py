"""Each item of `cakupan doctor` finds what is bad, is content with what is good, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cakupan.database import Role
from cakupan.doctor import SUBJECTS, State
from cakupan.doctor.database_facts import Attributes, Database
from cakupan.doctor.item import Finding, Item, Subject
from cakupan.doctor.of_agencies import AGENCIES, Agencies
from cakupan.doctor.of_airflow import AIRFLOW
from cakupan.doctor.of_database import DATABASE
from cakupan.doctor.of_machine import MACHINE, Machine
from cakupan.doctor.of_record import RECORD, Record
from cakupan.landing.room import Room
from cakupan.orchestration import Airflow
from cakupan.sources.connection import ConnectionSettings

NOW = datetime.now(UTC)
STRONG = "0123456789abcdef0123456789abcdef"
ATTENTION, FAIL = State.ATTENTION, State.FAIL

GOOD_AIRFLOW = Airflow(
    {
        "core.auth_manager": "a.SimpleAuthManager", "core.simple_auth_manager_all_admins": "False",
        "core.fernet_key": "x" * 44, "core.load_examples": "False", "core.hide_sensitive_var_conn_fields": "True",
        "api.expose_config": "False", "api.host": "127.0.0.1", "api.expose_stacktrace": "False",
        "api.access_control_allow_origins": "", "api_auth.jwt_secret": STRONG, "logging.logging_level": "WARNING",
    },
    STRONG, True, (), (), (),
)  # fmt: skip
GOOD_DATABASE = Database(
    "127.0.0.1", False,
    {
        "password_encryption": "scram-sha-256", "log_statement": "none", "log_min_duration_statement": "-1",
        "log_min_messages": "fatal", "debug_print_plan": "off", "listen_addresses": "127.0.0.1", "ssl": "off",
        "server_version": "18.6", "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
        "data_checksums": "on",
    },
    (Attributes("postgres", ("superuser",), "SCRAM-SHA-256"), Attributes("cakupan_bi", (), "SCRAM-SHA-256")),
    {role.value: f"{STRONG}{role}" for role in Role},
    ("plpgsql",), ("host all all 127.0.0.1 scram-sha-256",), (), (), 0.1, NOW,
)  # fmt: skip
GOOD_RECORD = Record(151, 151, None, NOW, True, (), Path("/backup"), NOW)
GOOD_MACHINE = Machine((), (), 0o077, False, Room(1 << 40, 1 << 30), (), ())


def connection(kind: str, host: str, **extra: Any) -> ConnectionSettings:
    return ConnectionSettings("agency_x", kind, host, extra=extra)


def agencies(*there: ConnectionSettings, lacking: tuple[str, ...] = ()) -> Agencies:
    return Agencies({f"a{number}": one for number, one in enumerate(there)}, lacking)


GOOD_AGENCIES = agencies(
    connection("sftp", "sftp.example.go.id", host_key="ssh-ed25519 AAAA"), connection("http", "https://api.example.go.id"),
    connection("postgres", "db.example.go.id"), connection("http", "http://127.0.0.1:1", allow_unencrypted=True),
    connection("aws", "", endpoint_url="https://s3.example.go.id", allow_unencrypted=True),
)  # fmt: skip
GOOD: dict[str, tuple[Subject[Any], Any]] = {
    "airflow": (AIRFLOW, GOOD_AIRFLOW), "database": (DATABASE, GOOD_DATABASE), "record": (RECORD, GOOD_RECORD),
    "machine": (MACHINE, GOOD_MACHINE), "agencies": (AGENCIES, GOOD_AGENCIES),
}  # fmt: skip


def said(**changed: str) -> Callable[[Any], Any]:
    """Other settings; a name with two underscores has its section before them."""
    named = {name.replace("__", "."): value for name, value in changed.items()}
    return lambda good: replace(good, settings={**good.settings, **named})


def but(**changed: Any) -> Callable[[Any], Any]:
    return lambda good: replace(good, **changed)


def passwords(**changed: str) -> Callable[[Any], Any]:
    return lambda good: replace(good, passwords={**good.passwords, **changed})


def roles(*more: Attributes) -> Callable[[Any], Any]:
    return lambda good: replace(good, roles=(*good.roles, *more))


DAYS = timedelta(days=1)
BAD: list[tuple[str, Callable[[Any], Any], State, str]] = [
    ("airflow.login", said(core__simple_auth_manager_all_admins="True"), FAIL, "without a password"),
    ("airflow.password", but(password="admin"), FAIL, "easily guessed"),
    ("airflow.password", but(password="a" * 40), FAIL, "easily guessed"),
    ("airflow.fernet_key", said(core__fernet_key=""), FAIL, "unencrypted"),
    ("airflow.jwt_secret", said(api_auth__jwt_secret="airflow"), FAIL, "too short"),
    ("airflow.configuration", said(api__expose_config="True"), FAIL, "configuration"),
    ("airflow.configuration", said(api__expose_config="non-sensitive-only"), FAIL, "configuration"),
    ("airflow.configuration", said(core__hide_sensitive_var_conn_fields="False"), FAIL, "passwords of connections"),
    ("airflow.traces", said(api__expose_stacktrace="True"), ATTENTION, "traces"),
    ("airflow.origins", said(api__access_control_allow_origins="*"), FAIL, "any web site"),
    ("airflow.examples", said(core__load_examples="True"), FAIL, "Example DAGs"),
    ("airflow.address", said(api__host="10.1.2.3"), ATTENTION, "10.1.2.3"),
    ("airflow.logs", said(logging__logging_level="debug"), ATTENTION, "values perhaps"),
    ("airflow.schedule", but(paused=("warehouse",)), FAIL, "warehouse"),
    ("airflow.schedule", but(scheduled=False), ATTENTION, "by itself"),
    ("airflow.failed", but(failed=("warehouse.seal",)), ATTENTION, "warehouse.seal"),
    ("airflow.unreadable", but(unreadable=("ingest.py",)), FAIL, "ingest.py"),
    ("database.passwords", passwords(cakupan_bi="bi"), FAIL, "cakupan_bi"),
    ("database.passwords", passwords(cakupan_bi="a" * 40), FAIL, "cakupan_bi"),
    ("database.passwords", passwords(cakupan_bi=STRONG, cakupan_auditor=STRONG), FAIL, "cakupan_auditor"),
    ("database.hashes", said(password_encryption="md5"), FAIL, "weakly"),
    ("database.hashes", roles(Attributes("old", (), "md5")), FAIL, "old"),
    ("database.roles", roles(Attributes("cakupan_loader", ("bypassrls",), None)), FAIL, "cakupan_loader (bypassrls)"),
    ("database.roles", roles(Attributes("vendor", ("superuser",), None)), ATTENTION, "vendor"),
    ("database.extensions", but(extensions=("plpgsql", "dblink")), FAIL, "dblink"),
    ("database.extensions", but(extensions=("plpgsql", "pg_trgm")), ATTENTION, "pg_trgm"),
    ("database.log", said(log_statement="all"), FAIL, "log_statement"),
    ("database.log", said(log_min_duration_statement="0"), FAIL, "log_min_duration_statement"),
    ("database.log", said(log_min_messages="error"), FAIL, "log_min_messages"),
    ("database.log", said(debug_print_plan="on"), FAIL, "debug_print_plan"),
    ("database.tls", but(host="db.example.go.id"), FAIL, "db.example.go.id is reached without TLS"),
    ("database.sessions", but(open_sessions=("cakupan_bi @ 10.0.0.9",)), FAIL, "10.0.0.9"),
    ("database.address", said(listen_addresses="127.0.0.1, *"), FAIL, "* without TLS"),
    ("database.address", said(listen_addresses="*", ssl="on"), ATTENTION, "listens at *"),
    ("database.rules", but(rules=("host all all 0.0.0.0/0 trust",)), FAIL, "trust"),
    ("database.migrations", but(pending=("0009_more",)), ATTENTION, "0009_more"),
    ("database.version", said(server_version="14.20 (Debian)"), FAIL, "14.20"),
    ("database.durability", said(fsync="off"), FAIL, "fsync"),
    ("database.checksums", said(data_checksums="off"), ATTENTION, "unseen"),
    ("database.clock", but(seconds_apart=61.0), FAIL, "61 s apart"),
    ("database.clock", but(newest_entry=NOW + DAYS), FAIL, "in the future"),
    ("record.signed", but(signed=None), FAIL, "no valid checkpoint"),
    ("record.signed", but(signed=100, unsigned_since=NOW - 3 * DAYS), FAIL, "51 entries are unsigned"),
    ("record.cosigned", but(cosigned_at=None), ATTENTION, "No witness"),
    ("record.cosigned", but(cosigned_at=NOW - 40 * DAYS), ATTENTION, "40 days ago"),
    ("record.apart", but(apart=False), ATTENTION, "on the disk of the warehouse"),
    ("record.keys", but(keys_inside=("identity_key",)), ATTENTION, "identity_key"),
    ("record.backup", but(backup=None, backed_up_at=None), ATTENTION, "Nobody says"),
    ("record.backup", but(backed_up_at=None), FAIL, "no backup in /backup"),
    ("record.backup", but(backed_up_at=NOW - 9 * DAYS), FAIL, "9 days old"),
    ("machine.state_folder", but(open_paths=(".cakupan/archive/a",)), FAIL, ".cakupan/archive/a"),
    ("machine.secrets", but(open_secrets=("ledger_key",)), FAIL, "ledger_key"),
    ("machine.new_files", but(umask=0o022), FAIL, "umask 022"),
    ("machine.account", but(is_root=True), ATTENTION, "as root"),
    ("machine.disk", but(room=Room(3 << 30, 1 << 30)), FAIL, "Room for 3 more nights"),
    ("machine.disk", but(room=Room(30 << 30, 1 << 30)), ATTENTION, "Room for 30 more nights"),
    ("machine.left_behind", but(left_behind=("/tmp/cakupan-x",)), ATTENTION, "cakupan-x"),  # noqa: S108
    ("machine.packages", but(differing=("dbt-core 1 (lock: 2)",)), FAIL, "dbt-core"),
    ("agencies.connected", but(lacking=("bps",)), ATTENTION, "bps"),
    ("agencies.host_keys", lambda _: agencies(connection("sftp", "h")), FAIL, "a0"),
    (
        "agencies.encryption",
        lambda _: agencies(connection("http", "http://h", allow_unencrypted=True)), ATTENTION, "a0",
    ),
    ("agencies.encryption", lambda _: agencies(connection("http", "h", allow_unencrypted="true")), ATTENTION, "a0"),
    ("agencies.encryption", lambda _: agencies(connection("postgres", "h", sslmode="disable")), ATTENTION, "a0"),
    ("agencies.encryption", lambda _: agencies(connection("mysql", "h", allow_unencrypted=True)), ATTENTION, "a0"),
    (
        "agencies.encryption",
        lambda _: agencies(connection("aws", "", endpoint_url="http://s3", allow_unencrypted=True)), ATTENTION, "a0",
    ),
]  # fmt: skip
ITEMS: dict[str, Item[Any]] = {item.name: item for subject, _ in GOOD.values() for item in subject.items}


def look(name: str, change: Callable[[Any], Any] = lambda good: good) -> Finding:
    return ITEMS[name].look(change(GOOD[name.partition(".")[0]][1]))


def test_there_are_many_and_each_has_a_bad_case() -> None:
    assert {subject for subject, _ in GOOD.values()} == set(SUBJECTS)
    assert len(ITEMS) == sum(len(subject.items) for subject in SUBJECTS) >= 25
    assert {name for name, *_ in BAD} == set(ITEMS)


@pytest.mark.parametrize("name", ITEMS)
def test_what_is_good_is_left_alone(name: str) -> None:
    found = look(name)
    assert (found.state, bool(found.do)) == (State.OK, False) and found.what.id and found.what.en


@pytest.mark.parametrize(("name", "change", "state", "told"), BAD)
def test_what_is_bad_is_found_and_said_with_what_to_do(
    name: str, change: Callable[[Any], Any], state: State, told: str
) -> None:
    found = look(name, change)
    assert (found.state, told in found.what.en) == (state, True), found
    assert found.do.id and found.do.en and found.what.id
    assert not any(text.endswith(".") for text in (found.what.en, found.do.en))


def test_the_age_of_the_record_counts_from_its_first_unsigned_entry() -> None:
    assert look("record.signed", but(signed=100, unsigned_since=NOW)).state is State.OK
    assert look("record.signed", but(signed=None, entries=0)).state is State.OK


def test_over_a_network_tls_is_enough() -> None:
    assert look("database.tls", but(host="db.example.go.id", encrypted=True)).state is State.OK


def test_a_subject_that_cannot_be_read_is_bad_and_the_others_are_looked_at() -> None:
    def broken() -> Any:
        raise OSError("no such thing")

    (found,) = Subject(broken, (ITEMS["machine.disk"],)).examine(str)
    assert found[0] == "machine.disk" and found[2].state is FAIL and "no such thing" in found[2].what.en


def test_of_many_the_first_are_named() -> None:
    found = look("machine.state_folder", but(open_paths=tuple("abcdefg")))
    assert found.what.en.endswith("a, b, c, d, e and 2 more")
