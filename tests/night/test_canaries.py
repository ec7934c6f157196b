"""Canaries of the bad night are found where rows as received are kept, and in no log, table, page or process."""

from __future__ import annotations

import re
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.night import pdf_text
from tests.night.bad_night import BAD
from tests.night.canaries import CELLS, NUMBERS
from tests.night.conftest import Installation, watched

HOME_OF_ROWS = {"landing", "quarantine", "accepted", "identity"}
KEPT_APART = {"archive", "database", "secrets"}
PLANTED = (*CELLS.values(), *NUMBERS)


@pytest.fixture(scope="module")
def admin(nights: Installation) -> Iterator[psycopg.Connection]:
    with psycopg.connect(nights.url("admin"), autocommit=True) as connection:
        yield connection


def canaries(text: str) -> set[str]:
    return {canary for canary in PLANTED if canary in text}


def texts(path: Path) -> Iterator[str]:
    """What a file says; of a workbook each part, of a PDF each page."""
    if path.suffix == ".pdf":
        yield from pdf_text.texts(path.read_bytes())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            yield from (parts.read(name).decode(errors="replace") for name in parts.namelist())
    else:
        yield path.read_text(errors="replace")


def files(home: Path) -> list[Path]:
    found = [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in KEPT_APART]
    return [*found, home / "database/data/server.log"]


def relations(connection: psycopg.Connection) -> list[str]:
    return [
        name
        for (schema, name) in connection.execute(
            "select n.nspname, format('%I.%I', n.nspname, c.relname) from pg_class as c"
            " inner join pg_namespace as n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm')"
            " and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relname !~ '^stg_'"
        )
        if schema not in HOME_OF_ROWS
    ]


def said_by(connection: psycopg.Connection, relation: str) -> str:
    return connection.execute(f"select coalesce(string_agg(r::text, ' '), '') from {relation} as r").fetchone()[0]


def test_they_were_delivered_and_landed(admin: psycopg.Connection) -> None:
    """The search finds what is there."""
    landed = said_by(admin, "landing.diskumdag_pelaku_usaha") + said_by(admin, "landing.pupr_proyek_konstruksi")
    assert canaries(landed) >= set(CELLS.values())


def test_a_page_of_a_pdf_is_read(nights: Installation) -> None:
    card = next((nights.home / "outbox").glob("rapor-dinsos-*.pdf"))
    assert "Keabsahan" not in card.read_text(errors="replace")
    assert any("Keabsahan\n" in text for text in texts(card))


def test_a_temporary_file_is_seen_while_it_is_there(tmp_path: Path) -> None:
    seen: dict[str, int] = {}
    with watched(set(), tmp_path, seen):
        (tmp_path / "open").touch()
        (tmp_path / "open").chmod(0o644)
        time.sleep(0.5)
    assert seen["open"] & 0o077


def test_in_no_temporary_file(nights: Installation) -> None:
    """Nothing is left of what was spooled, here or by the server, and nobody else could read it meanwhile."""
    assert [path for path in nights.temporary.rglob("*") if path.is_file()] == []
    assert list((nights.home / "database/data/base").glob("pgsql_tmp/*")) == []
    assert [name for name, mode in nights.spooled.items() if stat.S_ISREG(mode) and mode & 0o077] == []
    elsewhere = [path for path in Path(tempfile.gettempdir()).iterdir() if path.is_file() and not path.is_symlink()]
    began = (nights.home / "database/port").stat().st_mtime
    found = {path.name for path in elsewhere if path.stat().st_mtime > began for text in texts(path) if canaries(text)}
    assert found == set()


def test_in_no_file_but_the_archive_and_an_offices_own_workbook(nights: Installation) -> None:
    scanned = files(nights.home)
    folders = {path.relative_to(nights.home).parts[0] for path in scanned}
    assert folders >= {"airflow", "dbt", "outbox", "reports", "dashboard", "lineage", "ledger", "night.log"}
    found = {
        (str(path.relative_to(nights.home)), canary)
        for path in scanned
        if not (path.suffix == ".xlsx" and "diskumdag" in str(path))  # its own rows, on their way back to it
        for text in texts(path)
        for canary in canaries(text)
    }
    assert found == set()


def test_in_no_relation_but_those_of_rows(admin: psycopg.Connection) -> None:
    names = relations(admin)
    assert {"ledger.entry", "ledger.ignored", "open.coverage_by_sector", "quality.rule_result"} <= set(names)
    assert {(name, canary) for name in names for canary in canaries(said_by(admin, name))} == set()


def test_not_in_airflows_database(nights: Installation) -> None:
    with psycopg.connect(re.sub(r"/[^/]*$", "/airflow", nights.url("airflow")), autocommit=True) as airflow:
        names = relations(airflow)
        assert {"public.xcom", "public.rendered_task_instance_fields", "public.task_instance_note"} <= set(names)
        assert {(name, canary) for name in names for canary in canaries(said_by(airflow, name))} == set()


def test_not_on_the_screen_nor_in_any_list_of_processes(nights: Installation) -> None:
    ran = nights.ran[BAD]
    assert canaries(ran.stdout + ran.stderr) == set()
    secrets = [path.read_text().strip() for path in (nights.home / "secrets").iterdir()]
    commands = "\n".join(nights.commands)
    assert len(secrets) > 5 and len(nights.commands) > 2
    assert canaries(commands) == set()
    assert [secret for secret in secrets if len(secret) > 12 and secret in commands + ran.stdout + ran.stderr] == []


def test_secrets_are_in_nothing_that_is_handed_on(nights: Installation) -> None:
    secrets = [path.read_text().strip() for path in (nights.home / "secrets").iterdir()]
    handed_on = {"outbox", "reports", "dashboard", "lineage", "ledger", "dbt", "night.log"}
    found = {
        str(path.relative_to(nights.home))
        for path in files(nights.home)
        if path.relative_to(nights.home).parts[0] in handed_on or path.suffix == ".log"
        for text in texts(path)
        if any(len(secret) > 12 and secret in text for secret in secrets)
    }
    assert found == set()
