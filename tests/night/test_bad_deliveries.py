"""What an office can send wrong: the night is published without it, and says which file, why, and what to do."""

from __future__ import annotations

import psycopg
import pytest

from tests.night.bad_night import ACCIDENTS, BAD
from tests.night.conftest import Installation, newest_publication_is_sealed, states


def test_the_bad_deliveries_are_told_apart(nights: Installation, marts: psycopg.Connection) -> None:
    found = states(marts, BAD)
    assert {feed: found[feed] for feed in ACCIDENTS} == {feed: state for feed, (_, state) in ACCIDENTS.items()}


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("bpjstk.kepesertaan", "kepesertaan_20250909.csv.gz"),
        ("bpjstk.iuran", "iuran_20250909.csv.gz"),
        ("diskumdag.sosialisasi", "sosialisasi_20250909.csv"),
        ("perkim.tenaga_lapangan", "tenaga_lapangan_20250909.xlsx"),
    ],
)
def test_the_message_names_the_file_and_what_to_do(nights: Installation, feed: str, says: str) -> None:
    printed = nights.ran[BAD].stdout
    line = next(line for line in printed.splitlines() if feed in line and says in line)
    assert len(line) > 80
    assert "Traceback" not in printed


def test_a_person_can_release_a_held_delivery(nights: Installation, marts: psycopg.Connection) -> None:
    assert newest_publication_is_sealed(nights, marts)  # by its own night, before it is by hand
    printed = nights.ran[BAD].stdout
    held = next(line for line in printed.splitlines() if "perkim.tenaga_lapangan" in line and "cakupan release" in line)
    number = held.rpartition("cakupan release ")[2].split()[0]
    released = nights.cakupan("release", number, "--by", "Kepala Bidang Data", "--why", "dinas confirmed by letter")
    assert released.returncode == 0, released.stderr
    again = nights.cakupan("release", number, "--by", "Kepala Bidang Data", "--why", "dinas confirmed by letter")
    assert (again.returncode, "is not held" in again.stderr) == (1, True)
    in_force = marts.execute(
        "select business_date::text from ledger.in_force(%s) where agency = 'perkim'", (BAD,)
    ).fetchone()
    assert in_force == (BAD,)
    assert nights.cakupan("ledger", "seal").returncode == 0  # what other tests verify has no entry that is not sealed
