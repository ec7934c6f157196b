"""The stages of a night by the project's own steps, each group in processes of its own, and all through Airflow."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from benchmarks.measuring import Timings, most_memory
from cakupan import night, orchestration, publish, settings
from cakupan.audit.verifying import verify
from cakupan.feeds import CsvFormat, Feed, load_feeds
from cakupan.publish.build import read_project
from cakupan.sources.folder import Folder
from cakupan.waste import search_rarely

TAKE_IN = "take in the rest"
"""Of taking in, all but landing of CSV, which is measured alone."""
START_UP = "start-up"
"""Imports of a group's libraries, and reading the dbt project, which are paid whatever there is to do."""


@dataclass
class Measured:
    """A night's stages: their seconds, without start-up, which is apart; and the most memory of each group."""

    timings: Timings = field(default_factory=Timings)
    start_up: float = 0.0
    memory: dict[str, int] = field(default_factory=dict)

    @property
    def night(self) -> float:
        """Seconds of the night: all stages but verification, which is no part of it."""
        return self.timings.total - self.timings.seconds.get("verify", 0.0)


@dataclass(frozen=True)
class Cost:
    """What a night cost."""

    seconds: float
    start_up: float
    """Seconds of start-up, which are no part of them."""
    delivered: int
    """Bytes of the night's deliveries."""
    tables: int
    """Bytes by which the tables grew."""
    log: int
    """Bytes by which the write-ahead log grew."""


def run(as_of: date, deliveries: Path, groups: tuple[str, ...] = ("land", TAKE_IN, "build", "publish")) -> Measured:
    """Run the night step by step, each group of stages in a process of its own, which may fork others."""
    measured = Measured()
    for group in groups:
        seconds, memory = in_own_process(group, as_of, deliveries)
        measured.start_up += seconds.pop(START_UP)
        measured.timings.seconds |= seconds
        measured.memory[group] = memory
    return measured


def in_own_process(group: str, as_of: date, deliveries: Path) -> tuple[dict[str, float], int]:
    """Run one group of stages in a process that is begun anew, and holds nothing of the group before."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        return executor.submit(in_process, group, as_of, deliveries).result()


def in_process(group: str, as_of: date, deliveries: Path) -> tuple[dict[str, float], int]:
    """Run one group of stages in this process; returns the seconds of each and the most memory that it took."""
    timings = Timings()
    search_rarely()  # as whatever runs a night does
    with timings.clock(START_UP):
        _import(group)
    GROUPS[group](as_of, deliveries, timings)
    return timings.seconds, most_memory()


def rebuild_by_airflow(as_of: date, deliveries: Path) -> float:
    """Run the same night once more through Airflow; returns its seconds."""
    orchestration.deliver_from(deliveries)
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), orchestration.nights() as nights:
        nights.run(as_of, lambda *_: None)
    return time.perf_counter() - began


def _import(group: str) -> None:
    if group == TAKE_IN:
        from cakupan.quality.gx_context import great_expectations

        great_expectations()
    if group == "build":
        from dbt.cli.main import dbtRunner  # noqa: F401 imported by the first call otherwise

        read_project()


def _land(as_of: date, deliveries: Path, timings: Timings) -> None:
    """Land what stands beside \\copy, which has no other work beside it either."""
    for feed in load_feeds(settings.FEEDS):
        if isinstance(feed.format, CsvFormat):
            with timings.clock("archive CSV"):
                night.archive(feed.name, as_of, Folder(deliveries))
            with timings.clock("land CSV"):
                night.land(feed.name)


def _take_in_the_rest(as_of: date, deliveries: Path, timings: Timings) -> None:
    """Validate, and land before what is no CSV: in processes that begin with what they import, as a night has them."""
    feeds = [(feed, as_of, deliveries) for feed in load_feeds(settings.FEEDS)]
    with timings.clock(TAKE_IN), multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        pool.starmap(_take_in, feeds, chunksize=1)


def _take_in(feed: Feed, as_of: date, deliveries: Path) -> None:
    if not isinstance(feed.format, CsvFormat):
        night.archive(feed.name, as_of, Folder(deliveries))
        night.land(feed.name)
    night.validate(feed.name, as_of)


def _build(as_of: date, deliveries: Path, timings: Timings) -> None:
    run_id = night.start_run(as_of)
    for layer in publish.LAYERS:
        with timings.clock(f"build {layer}"):
            night.build(run_id, layer)


def _publish(as_of: date, deliveries: Path, timings: Timings) -> None:
    with timings.clock("publish"):
        night.publish_run(_newest_run(as_of))
    with timings.clock("seal"):
        night.seal()


def _verify(as_of: date, deliveries: Path, timings: Timings) -> None:
    with timings.clock("verify"):
        altered = [area.name for area in verify() if area.alterations]
    if set(altered) - {"definitions"}:  # the floor's tables lie in the same database
        raise RuntimeError(f"verification finds alterations in {', '.join(altered)}")


def _newest_run(as_of: date) -> int:
    from cakupan.database import Role, connect

    with connect(Role.LOADER) as connection:
        row = connection.execute("select max(run_id) from ledger.run where as_of_date = %s", (as_of,)).fetchone()
    return int(row[0]) if row else 0


GROUPS: dict[str, Callable[[date, Path, Timings], None]] = {
    "land": _land, TAKE_IN: _take_in_the_rest, "build": _build, "publish": _publish, "verify": _verify,
}  # fmt: skip
