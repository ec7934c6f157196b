"""What the benchmark's BI clients tell: a night that is published under their eyes, and what is wrong with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import partial

import psycopg
import pytest

from benchmarks import load
from cakupan.database import Role, connect
from cakupan.ledger.runs import mark_run
from cakupan.publish import publish, start_run

BEFORE, NIGHT = date(2025, 9, 8), date(2025, 9, 9)
ERRORS, MIXED, WAITING = (
    "errors of BI clients", "pages of BI clients with two nights", "times a BI client was seen waiting for a lock",
)  # fmt: skip


@pytest.fixture
def published(database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Publishes a night of a warehouse in which readers see no more than that, from clients who do not think long."""

    def show(as_of: date) -> None:
        run = start_run(database, as_of)
        mark_run(database, run, "BUILT")
        publish(database, run)
        database.commit()

    with connect(Role.TRANSFORMER) as owner:
        owner.execute("create view marts.nights as select max(as_of_date) as as_of_date from ledger.published")
    monkeypatch.setattr(load, "PAGES", (("select as_of_date from marts.nights",) * 2,))
    monkeypatch.setattr(load, "THINKING", 0.1)
    monkeypatch.setattr(load, "DRAWING", 0.2)
    monkeypatch.setattr(load, "LOOK", 0.05)
    show(BEFORE)
    return show


def measured(run_night: Callable[[], object]) -> dict[str, float]:
    return {line.what: line.measured for line in load.measure(run_night, clients=8, quiet=1)}


def test_clients_see_one_night_or_the_other_and_wait_for_nobody(published: Callable[[date], None]) -> None:
    told = measured(lambda: [published(NIGHT), time.sleep(0.5)])
    assert (told[ERRORS], told[MIXED], told[WAITING], told["BI clients"]) == (0, 0, 0, 8)
    quiet, during, ratio = (told[f"p95 of their queries, {when}"] for when in ("quiet", "night", "night / quiet"))
    assert ratio == pytest.approx(during / quiet) and quiet > 0


def test_a_page_that_shows_two_nights_is_told(
    published: Callable[[date], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "connect", partial(connect, options="-c default_transaction_isolation=read\\ committed"))
    assert measured(lambda: [published(NIGHT), time.sleep(0.5)])[MIXED] > 0


def test_who_waits_for_a_lock_or_meets_an_error_is_told(
    published: Callable[[date], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def hold_and_hide() -> None:
        with connect(Role.TRANSFORMER) as owner:
            owner.execute("alter view marts.nights rename to hidden")
            time.sleep(0.5)
        time.sleep(0.5)
        with connect(Role.TRANSFORMER) as owner:
            owner.execute("alter view marts.hidden rename to nights")
        published(NIGHT)
        time.sleep(0.5)

    told = measured(hold_and_hide)
    assert told[WAITING] > 0 and told[ERRORS] > 0
    out = capsys.readouterr().out
    assert 'relation "marts.nights" does not exist' in out
    assert "a client met: a lock, held by: alter view marts.nights rename" in out


def test_a_night_that_nobody_saw_published_measures_nothing(published: Callable[[date], None]) -> None:
    with pytest.raises(RuntimeError, match=f"nothing was published while they read: clients saw {BEFORE}"):
        measured(lambda: time.sleep(0.5))
