"""`make ranges`: nights that are asked for together come to what they come to when they are run one by one.

A city's nights are run in spans, each way in an installation of its own. After each span a delivery comes that was
late, and one that was cut short comes whole, so that the next span restates nights. In the end every figure of every
night, each as known after every span, what was set aside, landed and decided must be the same in all ways, and the
figures of the simulator. Behind Airflow's backfill stand its own components, and the DAG `restate` after each span.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cakupan import installation, night, orchestration, settings
from cakupan.cli.known_at import as_known
from cakupan.database import Role, connect
from cakupan.database.server import Server, embedded
from cakupan.orchestration import components
from simulator.check import differences
from simulator.manifest import Plan
from simulator.nights import generate
from tests.airflow_api import Airflow, wait_until
from tests.databases import UNSAFE_BUT_FAST
from tests.faults.outcomes import compared, outcome
from tests.warehouse.marts_as_json import actual

FIRST = date(2025, 8, 30)
SPANS = (2, 3, 1, 4)
"""How many nights are run together, again and again."""
LATE = ("bpjstk/kepesertaan", "sipd/sp2d", "bpjstk/iuran", "distan/kelompok_tani")
CUT_SHORT = ("distan/kelompok_tani", "bpjstk/kepesertaan")
PATIENCE = 3600.0
APART = ("pages", "marts")
"""Of an outcome: letters tell what was known when they were written; marts are compared night by night."""


@dataclass
class Drop:
    """The folder where agencies leave files, and what comes into it after each span."""

    city: Path
    root: Path
    spans: Sequence[Sequence[date]]
    held: list[tuple[Path, Path]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the deliveries lie."""
        return self.root / "deliveries"

    def fill(self) -> None:
        """Put everything there, but what comes late and what comes cut short at first."""
        shutil.copytree(self.city / "deliveries", self.folder)
        for number, span in enumerate(self.spans[:-1]):
            self._hold(self._file(LATE[number % len(LATE)], span[0]), None)
            short = self._file(CUT_SHORT[number % len(CUT_SHORT)], span[-1])
            self._hold(short, without_last_row(short))

    def after(self, number: int) -> None:
        """Let come what was held back until the span was run; something else may have come under its name."""
        for path, whole in self.held[2 * number : 2 * number + 2]:
            path.unlink(missing_ok=True)
            whole.rename(path)
            os.utime(path)

    def _file(self, feed: str, as_of: date) -> Path:
        (path,) = (self.folder / feed).glob(f"*_{as_of:%Y%m%d}.*")
        return path

    def _hold(self, path: Path, at_first: bytes | None) -> None:
        whole = self.root / f"{len(self.held)}-{path.name}"
        path.rename(whole)
        self.held.append((path, whole))
        if at_first is not None:
            path.write_bytes(at_first)


def without_last_row(path: Path) -> bytes:
    """The lines of a CSV file but its last one."""
    packed = path.suffix == ".gz"
    content = path.read_bytes()
    lines = (gzip.decompress(content) if packed else content).splitlines(keepends=True)
    return gzip.compress(b"".join(lines[:-1]), mtime=0) if packed else b"".join(lines[:-1])


def nightly(drop: Drop, *dates: object) -> None:
    """Call `cakupan nightly`."""
    ran = subprocess.run(
        [sys.executable, "-m", "cakupan", "nightly", *map(str, dates), "--from", str(drop.folder)],
        cwd=settings.PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(f"nightly {dates} ended with {ran.returncode}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")


@contextmanager
def one_by_one(drop: Drop) -> Iterator[Callable[[Sequence[date]], None]]:
    """Each night by a command of its own."""

    def run(span: Sequence[date]) -> None:
        for as_of in span:
            nightly(drop, "--date", as_of)

    yield run


@contextmanager
def together(drop: Drop) -> Iterator[Callable[[Sequence[date]], None]]:
    """Each span by one command."""
    yield lambda span: nightly(drop, "--from-date", span[0], "--to-date", span[-1])


@contextmanager
def backfilled(drop: Drop) -> Iterator[Callable[[Sequence[date]], None]]:
    """Each span by backfills of Airflow, whose components are up: first what takes in, then what builds."""
    installation.set_up(lambda _: None)
    orchestration.deliver_from(drop.folder)
    with pytest.MonkeyPatch.context() as patch, ExitStack() as up:
        patch.setattr(components, "PATIENCE", PATIENCE)
        airflow = Airflow(up.enter_context(components.started(components._free_port())))
        tasks = up.enter_context(connect(Role.AIRFLOW, "airflow", autocommit=True))

        def done() -> bool:
            states = {state for (state,) in tasks.execute("select state from dag_run")}
            if "failed" in states:
                raise RuntimeError(f"a run failed; see {settings.home() / 'airflow'}")
            return states == {"success"}

        def known(dag: str) -> bool:
            asked = tasks.execute("select 1 from serialized_dag where dag_id = %s limit 1", (dag,))
            return asked.fetchone() is not None

        def run(span: Sequence[date]) -> None:
            ingesting = [f"ingest_{agency}" for agency in night.agencies()]
            wait_until(lambda: all(map(known, (*ingesting, "warehouse", "restate"))), PATIENCE)
            ends = {"from_date": f"{span[0]}T00:00:00+07:00", "to_date": f"{span[-1]}T23:00:00+07:00"}
            for dag in ingesting:
                airflow.ask("/api/v2/backfills", {"dag_id": dag, **ends})
            wait_until(done, PATIENCE)
            backfill = ["backfill", "create", "--dag-id", "warehouse"]
            subprocess.run(
                [sys.executable, "-m", "airflow", *backfill, "--from-date", str(span[0]), "--to-date", str(span[-1])],
                env=os.environ | orchestration.environment(), check=True, capture_output=True,
            )  # fmt: skip
            wait_until(done, PATIENCE)
            airflow.trigger("restate")
            wait_until(done, PATIENCE)

        yield run


WAYS = {"one by one": one_by_one, "together": together, "backfill": backfilled}


def result(drop: Drop, way: str) -> dict[str, Any]:
    """Run all spans in that way; returns what they came to, and how long it took."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cakupan-ranges-")))
        home.chmod(0o755)
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("CAKUPAN_HOME", str(home))
        Server(embedded().root, UNSAFE_BUT_FAST).start(Role.ADMIN.password)
        stack.callback(lambda: embedded().stop("immediate"))
        moments, began = [], time.monotonic()
        with WAYS[way](drop) as run:
            for number, span in enumerate(drop.spans):
                run(span)
                moments.append(now())
                if span is not drop.spans[-1]:
                    drop.after(number)
        sys.stdout.write(f"{way}: {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
        nights = [as_of for span in drop.spans for as_of in span]
        came = {name: what for name, what in outcome(nights[-1]).items() if name not in APART}
        known = {f"known after span {number}": figures(nights, at) for number, at in enumerate(moments, start=1)}
        return {"figures": figures(nights)} | known | came


def now() -> str:
    """The moment by the server's clock."""
    with connect(Role.ADMIN) as connection:
        row = connection.execute("select to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.USOF')").fetchone()
    assert row
    return str(row[0])


def figures(nights: Sequence[date], known_at: str | None = None) -> dict[str, Any]:
    """The marts of each night, as known at a moment."""
    with connect(Role.AUDITOR, options=as_known(known_at)) as connection:
        return {str(as_of): actual(connection, as_of) for as_of in nights}


def spans_of(count: int) -> list[list[date]]:
    """So many nights, in spans of which all but the last are followed by a late delivery."""
    left, spans, first = count, [], FIRST
    for length in itertools.cycle(SPANS):
        taken = min(length, left)
        spans.append([first + timedelta(days) for days in range(taken)])
        left, first = left - taken, first + timedelta(taken)
        if not left:
            return spans
    raise AssertionError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the nights in all ways and print what differs; returns 1 where something does."""
    parser = argparse.ArgumentParser(prog="make ranges", description=__doc__)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--workers", type=int, default=300)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="the first is what others must be")
    given = parser.parse_args(arguments)
    spans = spans_of(given.nights)
    nights = tuple(as_of for span in spans for as_of in span)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cakupan-ranges-") as folder:
        city = Path(folder) / "city"
        generate(Plan(city, given.workers, 7, 0.04, nights, ()))
        results = {}
        for way in given.ways:
            drop = Drop(city, Path(folder) / re.sub(r"\W", "_", way), spans)
            drop.root.mkdir()
            drop.fill()
            results[way] = result(drop, way)
            found = wrong_with(results[way], way, city)
            sys.stdout.writelines(f"{line}\n" for line in found)
            wrong += found
        first, *others = given.ways
        differing = [f"{way}: {line}" for way in others for line in compared(results[first], results[way])]
    sys.stdout.writelines(f"{line}\n" for line in differing)
    sys.stdout.write(
        f"{given.nights} nights of {given.workers} workers in {len(spans)} spans, {', '.join(given.ways)}:"
        f" {len(wrong) + len(differing)} lines of what differs\n"
    )
    return int(bool(wrong or differing))


def wrong_with(result: dict[str, Any], way: str, city: Path) -> list[str]:
    """Hold the figures against the simulator's, and the record against what was altered."""
    lines = [
        f"{way}, {as_of}: {line}"
        for as_of, shown in result["figures"].items()
        for line in differences(json.loads((city / "expected" / f"{as_of}.json").read_text()), shown)
    ]
    return lines + [f"{way}: {line}" for line in result["altered"]]


if __name__ == "__main__":
    sys.exit(main())
