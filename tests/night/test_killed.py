"""A night that is killed, wherever it stood, is continued by the next one to the same figures."""

from __future__ import annotations

import psycopg

from tests.night.bad_night import NIGHTS
from tests.night.conftest import KILLED, Installation


def test_a_killed_night_is_continued_and_published_once(nights: Installation, marts: psycopg.Connection) -> None:
    ran = nights.ran[NIGHTS[0]]  # that its figures are right is seen beside those of the other nights
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (published,) = marts.execute(
        "select count(*) from ledger.publication where as_of_date = %s", (NIGHTS[0],)
    ).fetchone()
    assert published == 1


def test_what_a_killed_night_left_under_way_is_ended_by_the_next(nights: Installation) -> None:
    killed, ran = nights.left[: len(KILLED)], nights.left[len(KILLED) :]
    assert any(killed)
    assert ran and not any(ran)
