"""What an office can send wrong: the night is published without it, and says which file, why, and what to do."""

from __future__ import annotations

import psycopg
import pytest

from tests.night.bad_night import ACCIDENTS, BAD
from tests.night.conftest import Installation, states


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
