"""What is held of a person is shown, and whom a leaked file names is found; each read stands on record."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from cakupan import identity, settings
from cakupan.audit.issuing import Address, issue_receipt
from cakupan.cli.app import app
from cakupan.database import Role, connect
from cakupan.feeds import find_feed
from cakupan.ledger.entries import read_entries
from cakupan.privacy.affected import text_of
from tests.audit.conftest import FARMERS, Kept

BUDI, SITI = "3579010101900001", "3579010201900002"
WHY = ("--reason", "kebocoran", "--case", "PDP 2/2025")


@pytest.fixture
def city(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The night of two deliveries, whose persons have keys."""
    monkeypatch.setattr("cakupan.cli.privacy.needs_database", lambda: None)
    identity.register(kept.database, find_feed(settings.FEEDS, FARMERS))
    kept.database.commit()
    return kept


def key_of(city: Kept, nik: str) -> str:
    (key,) = city.database.execute("select worker_key::text from identity.worker where nik = %s", (nik,)).fetchone()
    city.database.commit()
    return key


def affected(extract: Path) -> dict[str, str]:
    """Whom the command lists: NIK and how each was found."""
    ended = CliRunner().invoke(app, ["privacy", "who-was-affected", str(extract), *WHY, "--format", "json"])
    assert ended.exit_code == 0, ended.output
    return {person["nik"]: person["found_by"] for person in json.loads(ended.stdout)}


def reads(city: Kept) -> list[dict[str, Any]]:
    entries = [entry.facts for entry in read_entries(city.database, kind="read")]
    city.database.commit()
    return entries


def workbook() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].append(["x", BUDI])
    book.save(buffer)
    return buffer.getvalue()


def receipt(_: Kept) -> bytes:
    with connect(Role.LOADER) as connection:
        return issue_receipt(connection, Address.parse("1::2"), "Ani", "audit 2025", "ST 7").encode()


LEAKS: dict[str, tuple[str, Callable[[Kept], bytes]]] = {
    "csv": ("nik", lambda _: f"nik;x\n{BUDI};1\n9999999999999999;2\n".encode()),
    "dotted": ("nik", lambda _: b'{"nik": "35.79.01.010190.0001"}'),
    "gzip": ("nik", lambda _: gzip.compress(BUDI.encode())),
    "workbook": ("nik", lambda _: workbook()),
    "key": ("key", lambda city: f"worker_key,sector\n{key_of(city, BUDI).upper()},A\n".encode()),
    "evidence": ("address", lambda _: b'["1::2"]'),
    "receipt": ("nik", receipt),
}
"""Leaks that name Budi, each with by what."""


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leaked_file_names_its_persons(city: Kept, tmp_path: Path, kind: str) -> None:
    by, content = LEAKS[kind]
    (tmp_path / "leak").write_bytes(content(city))
    assert affected(tmp_path / "leak") == {BUDI: by}
    read = reads(city)[-1]
    assert (read["reason"], read["what"]["case"], read["what"]["persons"]) == ("kebocoran", "PDP 2/2025", 1)
    assert BUDI not in json.dumps(read)


def test_numbers_that_a_spreadsheet_abbreviates_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    (tmp_path / "leak").write_text("3.579010101900001E+15")
    assert BUDI in text_of(tmp_path / "leak")


def show(city: Kept, nik: str, *options: str) -> Any:
    return CliRunner().invoke(app, ["privacy", "show", *WHY, *options], input=nik + "\n")


def test_all_that_is_held_of_a_person_is_shown_and_on_record(city: Kept) -> None:
    ended = show(city, SITI, "--format", "json")
    assert ended.exit_code == 0, ended.output
    found = json.loads(ended.stdout)
    assert found["worker_key"] == key_of(city, SITI)
    (row,) = found["rows"]
    assert (row["feed"], row["row_number"], row["cells"]["nama_anggota"]) == (FARMERS, 3, "SITI")
    assert [Path(file["path"]).name for file in found["files"]] == [city.file_of(1).name]
    (read,) = reads(city)
    assert read["what"] == {"all_of_person": found["worker_key"], "case": "PDP 2/2025", "rows": 1}
    assert "kebocoran" in show(city, SITI).stdout  # the second time it says who read the first


def test_what_is_held_of_nobody_is_said_without_the_number(city: Kept) -> None:
    ended = show(city, "3579019999999999")
    assert (ended.exit_code, reads(city)) == (1, [])
    assert "3579019999999999" not in ended.output


def test_a_person_is_erased_by_the_command_only_when_it_is_meant(city: Kept) -> None:
    asked = ["privacy", "erase", "--by", "Ani", "--why", "diminta", "--case", "PDP 3/2025"]
    assert CliRunner().invoke(app, asked, input=BUDI + "\n").exit_code == 2
    ended = CliRunner().invoke(app, [*asked, "--yes", "--format", "json"], input=BUDI + "\n")
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout)["landed"] == 1
    assert show(city, BUDI).exit_code == 1
