"""One night from the command line: set up, find the deliveries, drive the DAGs, show the morning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from cakupan.cli import cities, morning
from cakupan.cli.lock import NotPublished, only_one_night
from cakupan.cli.stand_ins import stand_ins


def run_night(as_of: date, deliveries: Path | None, simulated: cities.Wanted, out: Console) -> None:
    """Run the night and print the morning; raises NotPublished when it was not published.

    Deliveries come from the folder, else from where the environment says every agency is, else from a simulated city.
    """
    from cakupan import installation, night, notices, orchestration  # imports that other commands need not spend

    real = bool(deliveries) or orchestration.environment_names_all()
    if real and simulated.trouble:
        raise cities.CannotSimulate(
            "Only a simulated city has trouble to order: leave out --trouble, or --from and AIRFLOW_CONN_AGENCY_*."
        )
    with only_one_night(), _progress(out) as progress, ExitStack() as agencies:
        installation.start_database()
        if real:
            cities.settle(cities.RECORDED)
        else:
            progress(f"a simulated city of {simulated.workers} workers and its agencies")
            cities.simulate(as_of, simulated)
            cities.settle(simulated.name)
            agencies.enter_context(stand_ins(simulated, as_of))
        installation.set_up(progress)
        if deliveries:
            orchestration.deliver_from(deliveries)
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
    out.print(f"Messages: {notices.outbox()}", soft_wrap=True)


@contextmanager
def _progress(out: Console) -> Iterator[Callable[[str], None]]:
    with out.status("") as status:

        def show(what: str) -> None:
            if out.is_terminal:
                status.update(what)
            else:
                out.print(f"… {what}", highlight=False)

        yield show
