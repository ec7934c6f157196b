"""One night from the command line: set up, find the deliveries, drive the DAGs, show the morning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from cakupan.cli import cities, morning
from cakupan.cli.lock import NotPublished, only_one_night


def run_night(as_of: date, deliveries: Path | None, workers: int, out: Console) -> None:
    """Run the night and print the morning; raises NotPublished when it was not published."""
    from cakupan import installation, night, orchestration  # imports that other commands need not spend

    with only_one_night(), _progress(out) as progress:
        installation.start_database()
        if deliveries:
            city, folder = cities.RECORDED, deliveries
        else:
            progress(f"deliveries of a simulated city of {workers} workers")
            city, folder = cities.simulate(as_of, workers)
        cities.settle(city)
        installation.set_up(progress)
        orchestration.deliver_from(folder)
        before = morning.published_run(as_of)
        began = datetime.now(UTC)
        orchestration.run_dags(as_of, progress)
        failures = night.failures(as_of, began)
        after = morning.published_run(as_of)
    for task, message in failures:
        out.print(f"[red]failed:[/] {task}: {message}", soft_wrap=True, highlight=False)
    if after in (None, before):
        raise NotPublished(
            f"The night of {as_of} was not published; readers see what they saw before. Mend and run again."
        )
    morning.show(out, as_of)
    out.print(f"Report:   {night.report_path(as_of)}", soft_wrap=True)


@contextmanager
def _progress(out: Console) -> Iterator[Callable[[str], None]]:
    with out.status("") as status:

        def show(what: str) -> None:
            if out.is_terminal:
                status.update(what)
            else:
                out.print(f"… {what}", highlight=False)

        yield show
