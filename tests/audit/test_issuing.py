"""A receipt of a landed row, verified by the file that auditors have; every one handed out is on record."""

from __future__ import annotations

import getpass
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cakupan import settings
from cakupan.audit.issuing import Address, NoReceipt, issue_receipt
from cakupan.audit.keys import signing_key
from cakupan.cli import receipt as command
from cakupan.database import Role, connect
from cakupan.ledger.entries import read_entries
from tests.audit.conftest import FARMERS, FARMERS_TABLE, Kept, altered, farmers


def receipt(address: str) -> str:
    with connect(Role.LOADER) as connection:
        return issue_receipt(connection, Address.parse(address), "Ani", "audit 2025", "ST 7")


def verified(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "receipt"
    file.write_text(text, "utf-8")
    script = settings.PROJECT / "scripts" / "verify_receipt.py"
    return subprocess.run(
        [sys.executable, "-I", script, file, "--key", signing_key().vkey, "--lang", "en"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "cells"),
    [
        ("1::2", ("Row number: 2", "nama_anggota: BUDI", "luas_lahan_ha: 0,5")),
        ("1::12", ("Row number: 12", "nama_anggota: ARI")),
        ("2:Junrejo:4", ("Sheet: Junrejo", "Row number: 4", "nik: 3579010101910002")),
        ("2:Batu - kota:3", ("Sheet: Batu - kota", "nik: 3579010101920001")),
    ],
)
def test_a_receipt_proves_the_row(kept: Kept, tmp_path: Path, address: str, cells: tuple[str, ...]) -> None:
    text = receipt(address)
    proven = verified(tmp_path, text)
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert kept.file_of(int(address[0])).name in proven.stdout
    for cell in cells:
        assert cell in proven.stdout
    assert len(text.encode()) < 4096


def test_a_delivery_may_be_named_by_the_hash_of_its_bytes(kept: Kept, tmp_path: Path) -> None:
    name = kept.file_of(1).name
    assert "nama_anggota: SITI" in verified(tmp_path, receipt(f"{name}::3\r\n")).stdout


def test_a_receipt_shows_one_row_only(kept: Kept, tmp_path: Path) -> None:
    said = verified(tmp_path, receipt("1::2")).stdout
    assert "BUDI" in said
    assert "SITI" not in said


def test_every_receipt_is_on_record(kept: Kept) -> None:
    receipt("1::2")
    *_, last = read_entries(kept.database)
    del last.facts["recorded_at"]
    assert {name: last.facts[name] for name in ("kind", "who", "reason", "what")} == {
        "kind": "read", "who": "Ani", "reason": "audit 2025",
        "what": {"receipt": {"delivery": "1", "sheet": "", "row_number": 2}, "case": "ST 7"},
    }  # fmt: skip
    kept.seal()
    assert altered() == []


def test_the_command_names_the_account_and_writes_for_it_alone(kept: Kept, tmp_path: Path) -> None:
    command.run("1::2", "audit 2025", "ST 7", tmp_path / "out")
    *_, last = read_entries(kept.database)
    assert last.facts["who"] == getpass.getuser()
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
    assert verified(tmp_path, (tmp_path / "out").read_text()).returncode == 0


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("1:2", "is no address: write DELIVERY:SHEET:ROW"),
        ("x::2", "is no address"),
        ("99::2", "there is no delivery 99"),
        ("a" * 64 + "::2", "there is no delivery aaa"),
        ("1::1", "delivery 1 .distan.kelompok_tani. has no row 1"),
        ("1:Batu:2", "has no sheet 'Batu', row 2"),
    ],
)
def test_what_is_not_there_has_no_receipt_and_leaves_no_entry(kept: Kept, address: str, why: str) -> None:
    with pytest.raises(NoReceipt, match=why):
        receipt(address)
    assert len(list(read_entries(kept.database))) == 7


def test_a_row_that_is_not_sealed_yet_has_none(kept: Kept) -> None:
    kept.deliver(FARMERS, farmers(("BUDI", "BUDIMAN")), date(2025, 9, 10))
    with pytest.raises(NoReceipt, match="delivery 3 is not sealed yet"):
        receipt("3::2")
    kept.seal()
    assert "extra " in receipt("3::2")


@pytest.mark.parametrize("row", [2, 5])
def test_an_altered_row_has_none_nor_have_its_neighbours(kept: Kept, row: int) -> None:
    kept.tamper(f"update {FARMERS_TABLE} set nama_anggota = 'X' where row_number = 5")
    with pytest.raises(NoReceipt, match=f"row {row} of delivery 1: .* Run: cakupan verify"):
        receipt(f"1::{row}")


def test_a_row_too_long_for_a_receipt_is_said(kept: Kept) -> None:
    kept.deliver(FARMERS, farmers(("BUDI", "B" * 4000)), date(2025, 9, 10))
    kept.seal()
    with pytest.raises(NoReceipt, match="longer than 4096 bytes"):
        receipt("3::2")


def test_a_receipt_needs_a_reason(kept: Kept) -> None:
    with connect(Role.LOADER) as connection, pytest.raises(ValueError, match="why"):
        issue_receipt(connection, Address.parse("1::2"), "Ani", " ", "ST 7")
