"""A held delivery that a person lets in: the nights that it touches are built again. Last, because figures move."""

from __future__ import annotations

import psycopg

from tests.night.bad_night import BAD, GOOD
from tests.night.conftest import Installation, newest_publication_is_sealed

WORD = ("--by", "Kepala Bidang Data", "--why", "dinas confirmed by letter")
RUNS = "select as_of_date::text, run_id from ledger.published"
RESTS_ON = """
    select i.business_date::text from ledger.published as p join ledger.run_input as i using (run_id)
    where p.as_of_date = %s and i.agency = 'perkim'
"""


def test_what_is_released_is_in_the_figures_of_its_night(nights: Installation, marts: psycopg.Connection) -> None:
    assert newest_publication_is_sealed(nights, marts)
    printed = nights.ran[BAD].stdout
    held = next(line for line in printed.splitlines() if "perkim.tenaga_lapangan" in line and "cakupan release" in line)
    number = held.rpartition("cakupan release ")[2].split()[0]
    before = dict(marts.execute(RUNS).fetchall())
    assert marts.execute(RESTS_ON, (BAD,)).fetchone() == (GOOD,)

    released = nights.cakupan("release", number, *WORD)
    assert released.returncode == 0, released.stderr
    assert f"The night of {BAD} was built again: " in released.stdout and "moved in " in released.stdout
    after = dict(marts.execute(RUNS).fetchall())
    assert {night for night in after if after[night] != before[night]} == {BAD}
    assert marts.execute(RESTS_ON, (BAD,)).fetchone() == (BAD,)
    assert newest_publication_is_sealed(nights, marts)

    for decide in ("release", "reject"):
        again = nights.cakupan(decide, number, *WORD)
        assert (again.returncode, "is not held" in again.stderr) == (1, True)
