"""`make faults`: a night is killed at one point after the other and run again, and must come out as if nothing was.

The whole night runs in this process's forks, without Airflow, which only decides what comes when.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cakupan import for_readers, night, settings
from cakupan.audit.verifying import verify
from cakupan.database import Role, apply_schema, connect, create_database
from cakupan.database.server import Server, embedded
from simulator.manifest import Plan
from tests.databases import UNSAFE_BUT_FAST, copy_in_place_of
from tests.faults.points import Points
from tests.warehouse.conftest import Warehouse, installed
from tests.warehouse.marts_as_json import actual

BEFORE, NIGHT = date(2025, 9, 8), date(2025, 9, 9)
KEPT = ("archive", "ledger", "outbox", "dashboard", "reports")
"""What a night leaves in the state folder."""
LEDGER = """
    select agency, feed, business_date::text, delivery_status, reason_code,
        delivered_rows, accepted_rows, quarantined_rows, duplicate_rows
    from ledger.current_validation order by 1, 2, 3, 4
"""


@dataclass(frozen=True)
class Sweep:
    """An installation with one night published, and what the next one comes to when nothing happens."""

    warehouse: Warehouse
    aside: Path
    undisturbed: dict[str, Any]
    points: Sequence[str]
    """What is passed in a night, in order."""

    def spread(self, count: int) -> list[int]:
        """Choose about so many points: of each kind equally many, spread over the night. Its last few may not come."""
        kinds: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.points[: len(self.points) * 49 // 50], start=1):
            kinds[name].append(number)
        each = max(1, count // len(kinds))
        return sorted(
            number for numbers in kinds.values() for number in numbers[:: max(1, len(numbers) // each)][:each]
        )

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """Give a copy of the installation as it was before the night, while inside."""
        for name in KEPT:
            shutil.rmtree(settings.home() / name, ignore_errors=True)
            if (self.aside / name).exists():
                shutil.copytree(self.aside / name, settings.home() / name)
        with copy_in_place_of("faults"):
            yield

    def kill_at(self, point: int) -> tuple[str, list[str]]:
        """Kill the night at the point and run it again; returns the point's name and what is not as it should be."""
        with self.as_before():
            code, name = in_a_fork(lambda: run_night(self.warehouse, point))
            if code != -signal.SIGKILL:
                return f"point {point}", [f"ended with {code} and was not killed"]
            code, said = in_a_fork(lambda: run_night(self.warehouse))
            if code:
                return name, [f"run again it ended with {code}: {said}"]
            return name, compared(self.undisturbed, outcome())


def run_night(warehouse: Warehouse, at: int | None = None) -> str:
    """Run the night to its end, or to a point; returns the points that were passed, as JSON."""
    points = Points(at)
    with points.watched():
        warehouse.load(NIGHT)
        warehouse.build(NIGHT)
        night.seal()
        for_readers.write_pages(NIGHT)
        for_readers.report(NIGHT)
        for agency in night.agencies():
            for_readers.tell_office(agency, NIGHT, nowhere)
    return json.dumps(points.passed)


def nowhere(*_: Any) -> None:
    """Send no letter."""


def outcome() -> dict[str, Any]:
    """Return what a night came to: figures, decisions, rows set aside, bytes, letters, and what verification says."""
    with connect(Role.ADMIN) as connection:
        marts = json.loads(json.dumps(actual(connection, NIGHT), default=str, sort_keys=True))
        quarantine = {
            table: connection.execute(
                psycopg.sql.SQL("""
                select d.business_date::text, q.sheet, q.row_number, q.rules::text
                from quarantine.{} as q join ledger.current_validation as d using (validation_id) order by 1, 2, 3
            """).format(psycopg.sql.Identifier(table))
            ).fetchall()
            for (table,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'quarantine' order by 1"
            ).fetchall()
        }
        ledger = connection.execute(LEDGER).fetchall()
        published = connection.execute("select as_of_date::text from ledger.published order by 1").fetchall()
    archived = sorted(path.name for path in settings.archive_root().rglob("*") if path.is_file())
    letters = sorted(path.name for path in (settings.home() / "outbox").glob("*"))
    altered = [str(one) for area in verify() for one in area.alterations]
    return {
        "marts": marts, "quarantine": quarantine, "ledger": ledger, "published": published, "archive": archived,
        "letters": letters, "altered": altered,
    }  # fmt: skip


def compared(right: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Name what is not as it should be."""
    return [f"{name}: {str(found[name])[:200]}" for name in right if right[name] != found[name]]


def in_a_fork(run: Callable[[], object]) -> tuple[int, str]:
    """Run in a fork; returns how it ended and what it said last."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(write, 1)
        try:
            os.write(1, f"{run()}\n".encode())
            os._exit(0)
        except BaseException as error:
            os.write(1, f"{type(error).__name__}: {error}\n".encode())
            traceback.print_exc()
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as said:
        lines = said.read().splitlines()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), lines[-1] if lines else ""


@contextmanager
def prepared(folder: Path, workers: int = 300) -> Iterator[Sweep]:
    """Make the installation on a running server, with its first night, and run the second one undisturbed."""
    plan = Plan(folder / "city", workers, 7, 0.04, (BEFORE, NIGHT), ())
    with installed(plan, "faults") as warehouse:
        warehouse.load(BEFORE)
        warehouse.build(BEFORE)
        night.seal()
        aside = folder / "aside"
        for name in KEPT:
            if (settings.home() / name).exists():
                shutil.copytree(settings.home() / name, aside / name)
        sweep = Sweep(warehouse, aside, {}, ())
        with sweep.as_before():
            code, said = in_a_fork(lambda: run_night(warehouse))
            assert code == 0, said
            undisturbed = outcome()
        yield Sweep(warehouse, aside, undisturbed, json.loads(said))


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill the night at evenly spread points and print a table; returns 1 where something came out otherwise."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--points", type=int, default=200, help="at how many points the night is killed")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cakupan-faults-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAKUPAN_HOME", folder)
        server = Server(embedded().root, UNSAFE_BUT_FAST)
        server.start(Role.ADMIN.password)
        try:
            create_database()
            with connect(Role.ADMIN, "template1", autocommit=True) as connection:
                connection.execute("create database test_template")
            with connect(Role.ADMIN, "test_template") as connection:
                apply_schema(connection)
            with prepared(Path(folder)) as sweep:
                return report(sweep, given.points)
        finally:
            server.stop("immediate")


def report(sweep: Sweep, count: int) -> int:
    """Kill at so many points; returns 1 where a night came out otherwise."""
    killed, wrong = Counter[str](), 0
    began = time.monotonic()
    for point in sweep.spread(count):
        name, differing = sweep.kill_at(point)
        killed[name] += 1
        for line in differing:
            wrong += 1
            sys.stdout.write(f"point {point}, {name}: {line}\n")
    sys.stdout.write(f"{'killed':<44}{'times':>6}\n")
    sys.stdout.writelines(f"{name:<44}{times:>6}\n" for name, times in sorted(killed.items()))
    sys.stdout.write(
        f"{killed.total()} kills at {len(sweep.points)} points of a night, {wrong} came out otherwise,"
        f" {time.monotonic() - began:.0f} s\n"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
