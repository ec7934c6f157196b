"""What an office can send wrong: the night is published without it, and says which file, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import psycopg
import pytest

from simulator.check import differences
from tests.night.conftest import NIGHTS, Installation
from tests.warehouse.marts_as_json import actual

BAD = {
    "bpjstk.kepesertaan": ("truncated", "REJECTED"),
    "distan.kelompok_tani": ("missing-column", "REJECTED"),
    "dinsos.relawan_disabilitas": ("empty", "REJECTED"),
    "disdik.ptk_non_asn": ("absent", "LATE"),
    "perkim.tenaga_lapangan": ("held-shrunk", "HELD"),
    "diskumdag.pelaku_usaha": ("held-dirty", "HELD"),
}


@pytest.fixture(scope="module")
def bad_night(new_installation: Callable[..., Installation]) -> Installation:
    incidents = [option for feed, (kind, _) in BAD.items() for option in ("--incident", f"{feed}:{NIGHTS[1]}:{kind}")]
    installation = new_installation(600, "--seed", "11", *incidents)
    for night in NIGHTS[:2]:
        installation.run(night)
    return installation


def test_the_night_is_published_without_the_bad_deliveries(bad_night: Installation) -> None:
    ran = bad_night.ran[NIGHTS[1]]
    assert ran.returncode == 0, ran.stderr
    url = bad_night.cakupan("database", "url", "--role", "auditor").stdout.strip()
    with psycopg.connect(url) as marts:
        assert differences(bad_night.expected(NIGHTS[1]), actual(marts, date.fromisoformat(NIGHTS[1]))) == []
        states = dict(
            marts.execute(
                "select agency_code || '.' || feed, delivery_status from marts.data_quality_scorecard"
                " where as_of_date = %s",
                (NIGHTS[1],),
            ).fetchall()
        )
    assert {feed: states[feed] for feed in BAD} == {feed: state for feed, (_, state) in BAD.items()}


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("bpjstk.kepesertaan", "kepesertaan_20250908.csv.gz"),
        ("distan.kelompok_tani", "kelompok_tani_20250908.csv"),
        ("dinsos.relawan_disabilitas", "relawan_disabilitas_20250908.csv"),
        ("perkim.tenaga_lapangan", "tenaga_lapangan_20250908.xlsx"),
    ],
)
def test_the_message_names_the_file_and_what_to_do(bad_night: Installation, feed: str, says: str) -> None:
    printed = bad_night.ran[NIGHTS[1]].stdout
    line = next(line for line in printed.splitlines() if feed in line and says in line)
    assert len(line) > 80
    assert "Traceback" not in printed


def test_a_person_can_release_a_held_delivery(bad_night: Installation) -> None:
    printed = bad_night.ran[NIGHTS[1]].stdout
    held = next(line for line in printed.splitlines() if "perkim.tenaga_lapangan" in line and "cakupan release" in line)
    number = held.rpartition("cakupan release ")[2].split()[0]
    released = bad_night.cakupan("release", number, "--by", "Kepala Bidang Data", "--why", "dinas confirmed by letter")
    assert released.returncode == 0, released.stderr
    again = bad_night.cakupan("release", number, "--by", "Kepala Bidang Data", "--why", "dinas confirmed by letter")
    assert (again.returncode, "is not held" in again.stderr) == (1, True)
    url = bad_night.cakupan("database", "url", "--role", "auditor").stdout.strip()
    with psycopg.connect(url) as ledger:
        in_force = ledger.execute(
            "select business_date::text from ledger.in_force(%s) where agency = 'perkim'", (NIGHTS[1],)
        ).fetchone()
    assert in_force == (NIGHTS[1],)
