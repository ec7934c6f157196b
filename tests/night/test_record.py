"""The record of whole nights, as an auditor meets it: through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg

from cakupan import settings
from tests.night.bad_night import NIGHTS
from tests.night.conftest import Installation, newest_publication_is_sealed


def test_whole_nights_are_found_unaltered(nights: Installation) -> None:
    verified = nights.cakupan("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "Nothing was altered." in verified.stdout
    areas = [line.split()[:2] for line in verified.stdout.splitlines()[:6]]
    assert areas == [["ok", area] for area in ("ledger", "books", "archive", "landing", "decisions", "marts")]
    assert not [line for line in verified.stdout.splitlines() if line.startswith("  ")]
    assert nights.cakupan("verify", "--date", NIGHTS[1], "--only", "marts").returncode == 0


def test_the_newest_entry_of_a_night_is_sealed(nights: Installation, marts: psycopg.Connection) -> None:
    assert newest_publication_is_sealed(nights, marts)


def test_a_row_behind_a_published_figure_is_proven_to_a_stranger(nights: Installation, tmp_path: Path) -> None:
    query = f"select evidence[1] as address from dbhcht_lineage where as_of_date = '{NIGHTS[2]}' limit 1"
    (row,) = json.loads(nights.cakupan("sql", query, "--format", "json", "--auditor").stdout)
    handed = nights.cakupan(
        "receipt", row["address"], "--reason", "audit", "--case", "7", "--out", tmp_path / "receipt"
    )
    assert handed.returncode == 0, handed.stderr
    key = nights.cakupan("ledger", "key").stdout.strip()
    script = settings.PROJECT / "scripts" / "verify_receipt.py"
    proven = subprocess.run(
        [sys.executable, "-I", script, tmp_path / "receipt", "--key", key], capture_output=True, text=True, check=False
    )
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert f"Nomor baris: {row['address'].rpartition(':')[2]}" in proven.stdout


def test_a_figure_altered_by_hand_is_named(nights: Installation) -> None:
    url = nights.url("transformer")
    change = "update warehouse.coverage_by_sector set active_participants = active_participants {} 1 where run_id = {} "
    with psycopg.connect(url, autocommit=True) as hand:
        (run,) = hand.execute("select max(run_id) from ledger.publication").fetchone()
        hand.execute(change.format("+", run) + "and sector_code = 'A'")
        try:
            verified = nights.cakupan("verify", "--only", "marts")
        finally:
            hand.execute(change.format("-", run) + "and sector_code = 'A'")
    assert verified.returncode == 1
    assert "warehouse.coverage_by_sector, night of" in verified.stdout
    assert "sector_code='A'" in verified.stdout
    assert "ALTERED: 1 findings" in verified.stdout
