"""A slice of `make faults`: a delivery that is killed at a point on its way in, and begun again, is in once and whole.

Each kill has a night of its own in one warehouse, so that nothing is made anew for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cakupan import landing, night, quality, settings
from cakupan.feeds import find_feed
from cakupan.ledger.feeds import declare_feed
from cakupan.sources.folder import Folder
from tests.audit.conftest import FARMERS, FARMERS_TABLE, farmers
from tests.faults.forks import Step, in_a_fork
from tests.faults.points import Points, kill

FIRST = date(2025, 9, 9)
KILLS = (
    ("archive", "after read"), ("archive", "after rename"), ("archive", "sent COMMIT"),
    ("land", "after COPY chunk"), ("land", "sent COMMIT"), ("land", "after COMMIT"), ("validate", "sent COMMIT"),
)  # fmt: skip


@pytest.fixture
def taking_in(database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TakingIn]:
    """A warehouse with one feed, whose office has a file for each of some nights."""
    feed = find_feed(settings.FEEDS, FARMERS)
    declare_feed(database, feed)
    landing.ensure_landing_table(database, feed)
    quality.ensure_quarantine_table(database, feed)
    quality.ensure_accepted_view(database, feed)
    database.commit()
    monkeypatch.setenv("CAKUPAN_ARCHIVE", str(tmp_path / "archive"))
    yield TakingIn(database, tmp_path)


class TakingIn:
    """The steps by which a night's delivery gets in, and what came of it."""

    def __init__(self, database: psycopg.Connection, folder: Path) -> None:
        self._database, self._folder = database, folder

    def deliver(self, as_of: date) -> list[Step]:
        """Have the office deliver for the night; returns what is to be done."""
        place = self._folder / FARMERS.replace(".", "/")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"kelompok_tani_{as_of:%Y%m%d}.csv").write_bytes(farmers(("Makmur", f"Makmur {as_of}")))
        steps: dict[str, Callable[[], object]] = {
            "archive": lambda: night.archive(FARMERS, as_of, Folder(self._folder)),
            "land": lambda: night.land(FARMERS),
            "validate": lambda: night.validate(FARMERS, as_of),
        }
        return [Step(FARMERS, name, run) for name, run in steps.items()]

    def came_of(self, as_of: date) -> list[tuple[Any, ...]]:
        """What is kept of the night: its deliveries with their decisions and counts, and what lies in the tables."""
        rows = self._database.execute(
            f"""
            select v.delivery_status, v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows,
                (select count(*) from {FARMERS_TABLE} where delivery_id = d.delivery_id),
                (select count(*) from quarantine.distan_kelompok_tani where validation_id = v.validation_id),
                (select count(*) from ledger.validation where delivery_id = d.delivery_id)
            from ledger.delivery as d left join ledger.current_validation as v using (delivery_id)
            where d.business_date = %s
            """,
            (as_of,),
        ).fetchall()
        self._database.commit()
        return rows


def points_of(step: Step) -> list[str]:
    """Run a step in this process, which so has imported what its forks need; returns the points that it passed."""
    points = Points(None)
    with points.watched():
        step.run()
    return points.passed


@pytest.mark.warehouse
def test_a_delivery_that_was_killed_on_its_way_in_is_taken_in_once_and_whole(taking_in: TakingIn) -> None:
    passed = {step.name: points_of(step) for step in taking_in.deliver(FIRST)}
    undisturbed = taking_in.came_of(FIRST)
    assert len(undisturbed) == 1 and undisturbed[0][0] == "ACCEPTED"
    for number, (killed, point) in enumerate(KILLS, start=1):
        as_of = FIRST + timedelta(number)
        for step in taking_in.deliver(as_of):
            if step.name == killed:
                code, _ = in_a_fork(step, passed[killed].index(point) + 1, kill)
                assert code == -9, f"{point} was not passed in {killed}"
                break
            step.run()
        for step in taking_in.deliver(as_of):  # the night is run again from its beginning
            step.run()
        assert taking_in.came_of(as_of) == undisturbed, f"killed {point} in {killed}"
    archived = [path.name for path in settings.archive_root().rglob("*") if path.is_file()]
    assert len([name for name in archived if not name.startswith(".arriving")]) == 1 + len(KILLS)
