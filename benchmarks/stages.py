"""The stages of a night, timed one by one, and the same night through Airflow."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cakupan import installation, night, orchestration, publish, settings
from cakupan.audit.verifying import verify
from cakupan.database import Role, connect
from cakupan.database.server import embedded
from cakupan.feeds import load_feeds
from cakupan.sources.folder import Folder


@dataclass
class Timing:
    """How long a stage took, and for how many rows."""

    seconds: float = 0
    rows: int = 0


@contextlib.contextmanager
def clock(timings: dict[str, Timing], stage: str) -> Iterator[Timing]:
    """Add the time of the block to the stage's."""
    timing = timings.setdefault(stage, Timing())
    began = time.perf_counter()
    yield timing
    timing.seconds += time.perf_counter() - began


def night_rows(as_of: date) -> int:
    """Return rows landed of the night's deliveries."""
    with connect(Role.LOADER) as connection:
        (rows,) = connection.execute(
            "select coalesce(sum(landed_rows), 0) from ledger.landing join ledger.delivery using (delivery_id)"
            " where business_date = %s",
            (as_of,),
        ).fetchone() or (0,)
    return int(rows)


def run(as_of: date, deliveries: Path) -> dict[str, Timing]:
    """Run the night step by step, then once more through Airflow; returns the timings by stage."""
    timings: dict[str, Timing] = {}
    installation.set_up(lambda _: None)
    names = [feed.name for feed in load_feeds(settings.FEEDS)]
    with clock(timings, "archive"):
        for name in names:
            night.archive(name, as_of, Folder(deliveries))
    with clock(timings, "land"):
        for name in names:
            night.land(name)
    with clock(timings, "validate"):
        for name in names:
            night.validate(name, as_of)
    for stage in ("land", "validate"):
        timings[stage].rows = night_rows(as_of)
    run_id = night.start_run(as_of)
    for layer in publish.LAYERS:
        with clock(timings, f"build {layer}"):
            night.build(run_id, layer)
    with clock(timings, "publish"):
        night.publish_run(run_id)
    with clock(timings, "seal"):
        night.seal()
    with clock(timings, "verify"):
        assert not any(area.alterations for area in verify())
    orchestration.deliver_from(deliveries)
    rebuild = Timing()
    with clock({"": rebuild}, ""), contextlib.redirect_stdout(io.StringIO()):
        orchestration.run_dags(as_of, lambda _: None)
    # The same night again has nothing to land: what it costs beyond building and publishing is orchestration.
    built = sum(timing.seconds for stage, timing in timings.items() if stage.startswith(("build", "publish")))
    timings["orchestration"] = Timing(max(0.0, rebuild.seconds - built))
    return timings


def stop() -> None:
    """Stop the benchmark's server."""
    embedded().stop("immediate")
