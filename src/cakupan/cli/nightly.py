"""One night from the command line: set up, find the deliveries, drive the DAGs, show the morning."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text as Styled

from cakupan.bilingual import Text
from cakupan.cli import cities, holding, morning
from cakupan.cli.lock import NotPublished, only_one_night
from cakupan.cli.messages import err, this_command
from cakupan.cli.printing import said
from cakupan.cli.progress import progress
from cakupan.cli.stand_ins import stand_ins
from cakupan.invisible import spelled_out

FAILED = Text("gagal:", "failed:")
UNPUBLISHED = Text(
    "Malam {} tidak terbit; pembaca melihat yang sebelumnya. Perbaiki dan jalankan lagi.",
    "The night of {} was not published; readers see what they saw before. Mend and run again.",
)


def run_night(
    as_of: date, deliveries: Path | None, simulated: cities.Wanted, out: Console, *, replace: bool = False
) -> int:
    """Run the night and return the run that readers see; raises NotPublished when it was not published.

    Deliveries come from the folder, else from where the environment says every agency is, else from a simulated city.
    What the installation holds of another simulated city is erased with `replace`, or when a person says so.
    """
    from cakupan import installation, night, orchestration  # imports that other commands need not spend

    real = bool(deliveries) or orchestration.environment_names_all()
    if real and simulated.trouble:
        raise cities.CannotSimulate(
            "Only a simulated city has trouble to order: leave out --trouble, or --from and AIRFLOW_CONN_AGENCY_*."
        )
    city = (holding.RECORDED if deliveries else holding.LIVE) if real else simulated.name(as_of)
    with only_one_night(), ExitStack() as agencies:
        installation.start_database()
        cities.make_room(city, _agreed(out, replace, _command(as_of, deliveries, simulated)))
        tell = agencies.enter_context(progress())
        if not real:
            tell(f"a simulated city of {simulated.workers} workers and its agencies")
            cities.simulate(as_of, simulated)
            agencies.enter_context(stand_ins(simulated, as_of))
        installation.set_up(tell)
        holding.note(city, also=holding.LIVE if orchestration.environment_names_any() and not deliveries else None)
        if deliveries:
            orchestration.deliver_from(deliveries)
        before = morning.run_of(as_of)
        began = datetime.now(UTC)
        orchestration.run_dags(as_of, tell)
        failures = night.failures(as_of, began)
        after = morning.run_of(as_of)
    for task, message in failures:
        err.print(Styled.assemble((said(FAILED), "red"), f" {task}: {spelled_out(message)}"), soft_wrap=True)
    if after is None or after == before:
        raise NotPublished(said(UNPUBLISHED.format(as_of)))
    return after


def _agreed(out: Console, replace: bool, command: str) -> Callable[[str], bool]:
    """Ask whether what would be lost may go: `--replace` or a person who is told says so; raises CannotSimulate."""

    def agreed(loss: str) -> bool:
        if replace:
            return True
        if not (sys.stdin.isatty() and out.is_terminal):
            raise cities.CannotSimulate(
                f"{loss}\nTo erase it and go on: {command} --replace   (with make: REPLACE=1)\nTo keep it:"
                " CAKUPAN_HOME=FOLDER before the same command."
            )
        out.print(loss, soft_wrap=True)
        return typer.confirm("Erase it and go on?", default=False)

    return agreed


def _command(as_of: date, deliveries: Path | None, simulated: cities.Wanted) -> str:
    options = ["--from", shlex.quote(str(deliveries))] if deliveries else ["--workers", str(simulated.workers)]
    trouble = ["--trouble"] if simulated.trouble else []
    return " ".join([this_command(), "nightly", "--date", str(as_of), *options, *trouble])
