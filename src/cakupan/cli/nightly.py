"""One night from the command line: set up, find the deliveries, drive the DAGs, show the morning."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from cakupan import settings
from cakupan.cli import morning

RECORDED = "recorded"


class Refused(RuntimeError):
    """The night was not run or not published; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_night(as_of: date, deliveries: Path | None, workers: int, out: Console) -> None:
    """Run the night and print the morning; raises Refused when it was not published."""
    from cakupan import installation, night, orchestration  # imports that other commands need not spend

    with _only_one_night(), _progress(out) as progress:
        installation.start_database()
        _keep_cities_apart(RECORDED if deliveries else f"simulated {workers}")
        installation.set_up(progress)
        folder = deliveries or _simulated(as_of, workers, progress)
        orchestration.deliver_from(folder)
        before = morning.published_run(as_of)
        began = datetime.now(UTC)
        orchestration.run_dags(as_of, progress)
        failures = night.failures(as_of, began)
        after = morning.published_run(as_of)
    for task, message in failures:
        out.print(f"[red]failed:[/] {task}: {message}", soft_wrap=True, highlight=False)
    if after in (None, before):
        raise Refused(f"The night of {as_of} was not published; readers see what they saw before. Mend and run again.")
    morning.show(out, as_of)
    out.print(f"Report:   {night.report_path(as_of)}", soft_wrap=True)


@contextmanager
def _only_one_night() -> Iterator[None]:
    settings.home().mkdir(parents=True, exist_ok=True)
    with (settings.home() / "nightly.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("Another night is being run in this installation; wait until it is done.") from None
        yield


@contextmanager
def _progress(out: Console) -> Iterator[Callable[[str], None]]:
    with out.status("") as status:

        def show(what: str) -> None:
            if out.is_terminal:
                status.update(what)
            else:
                out.print(f"… {what}", highlight=False)

        yield show


def _simulated(as_of: date, workers: int, progress: Callable[[str], None]) -> Path:
    """The folder of a simulated city's deliveries, with those of the night."""
    root = settings.home() / "simulated" / str(workers)
    progress(f"deliveries of a simulated city of {workers} workers")
    subprocess.run(
        [sys.executable, "-m", "simulator", "--out", root, "--workers", str(workers), "--nights", as_of.isoformat()],
        cwd=settings.PROJECT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return root / "deliveries"


def _keep_cities_apart(city: str) -> None:
    """Never mix two cities in one warehouse: a simulated one makes room, recorded deliveries do not."""
    from cakupan.database.schema import drop_warehouse

    marker = settings.home() / "city"
    known = marker.read_text() if marker.exists() else city
    if known != city:
        if known == RECORDED:
            raise Refused(
                f"{settings.home()} holds recorded deliveries, which a simulated city must not be mixed with."
                " Name another folder in CAKUPAN_HOME, or deliver with --from.",
                exit_code=2,
            )
        drop_warehouse()
        shutil.rmtree(settings.archive_root(), ignore_errors=True)
    marker.write_text(city)
