"""Nights from the command line: set up, find the deliveries, drive the DAGs, night after night."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text as Styled

from cakupan import orchestration
from cakupan.bilingual import Text
from cakupan.cli import cities, holding, morning
from cakupan.cli.lock import only_one_night
from cakupan.cli.messages import err, this_command
from cakupan.cli.printing import said
from cakupan.cli.progress import Tell, progress
from cakupan.cli.stand_ins import stand_ins
from cakupan.invisible import spelled_out

FAILED = Text("gagal:", "failed:")


def nights_asked(night: datetime | None, first: datetime | None, last: datetime | None) -> list[date]:
    """Return the nights that are asked for: one, or all from a first to a last. Raises BadParameter."""
    if night and not first and not last:
        return [night.date()]
    if night or not first or not last or last < first:
        raise typer.BadParameter("name a night, --date D, or a first and a last one, --from-date D --to-date E")
    return [first.date() + timedelta(days=days) for days in range((last - first).days + 1)]


@dataclass
class Ran:
    """What became of the nights that were asked for."""

    began_at: datetime
    published: list[date] = field(default_factory=list)
    unpublished: list[date] = field(default_factory=list)
    restated: list[date] = field(default_factory=list)
    """Nights that were published before and rest on other deliveries now: built again, in order."""


def run_nights(
    nights: Sequence[date], deliveries: Path | None, simulated: cities.Wanted, out: Console, *, replace: bool = False
) -> Ran:
    """Run the nights one after another with one start-up, each with the nights that what came for it touches.

    Deliveries come from the folder, else from where the environment says every agency is, else from a simulated city.
    What the installation holds of another simulated city is erased with `replace`, or when a person says so.
    """
    from cakupan import installation  # imports that other commands need not spend

    real = bool(deliveries) or orchestration.environment_names_all()
    if real and simulated.trouble:
        raise cities.CannotSimulate(
            "Only a simulated city has trouble to order: leave out --trouble, or --from and AIRFLOW_CONN_AGENCY_*."
        )
    city = (holding.RECORDED if deliveries else holding.LIVE) if real else simulated.name(nights[0])
    with only_one_night(), progress() as tell:
        installation.start_database()
        cities.make_room(city, _agreed(out, replace, _command(nights, deliveries, simulated)))
        if not real:
            tell(f"a simulated city of {simulated.workers} workers and its agencies")
            cities.simulate(nights[0], simulated)
        installation.set_up(tell)
        holding.note(city, also=holding.LIVE if orchestration.environment_names_any() and not deliveries else None)
        if deliveries:
            orchestration.deliver_from(deliveries)
        ran = Ran(datetime.now(UTC))
        with orchestration.nights() as airflow:
            for night in nights:
                with nullcontext() if real else _simulated(simulated, night):
                    _run(airflow, night, ran, tell)
    return ran


@contextmanager
def _simulated(city: cities.Wanted, night: date) -> Iterator[None]:
    """Serve the city as it is on the night."""
    cities.simulate(night, city)
    with stand_ins(city, night):
        yield


def _run(airflow: orchestration.Nights, night: date, ran: Ran, tell: Tell) -> None:
    before = morning.run_of(night)
    _drive(airflow, night, tell)
    after = morning.run_of(night)
    (ran.unpublished if after in (None, before) else ran.published).append(night)
    ran.restated += restate(airflow, tell)


def restate(airflow: orchestration.Nights, tell: Tell) -> list[date]:
    """Build again, in order, the published nights that rest on other deliveries than those in force; returns them."""
    from cakupan import night

    restated = []
    for as_of in night.nights_to_restate():
        before = morning.run_of(as_of)
        _drive(airflow, as_of, tell, ("warehouse",))
        if morning.run_of(as_of) != before:
            restated.append(as_of)
    return restated


def _drive(airflow: orchestration.Nights, as_of: date, tell: Tell, tags: Sequence[str] = orchestration.TAGS) -> None:
    """Run the night's DAGs and print what failed."""
    from cakupan import night

    began = datetime.now(UTC)
    airflow.run(as_of, tell, tags)
    for task, message in night.failures(as_of, began):
        err.print(Styled.assemble((said(FAILED), "red"), f" {task}: {spelled_out(message)}"), soft_wrap=True)


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


def _command(nights: Sequence[date], deliveries: Path | None, simulated: cities.Wanted) -> str:
    options = ["--from", shlex.quote(str(deliveries))] if deliveries else ["--workers", str(simulated.workers)]
    trouble = ["--trouble"] if simulated.trouble else []
    dates = ["--date", str(nights[0])]
    if len(nights) > 1:
        dates = ["--from-date", str(nights[0]), "--to-date", str(nights[-1])]
    return " ".join([this_command(), "nightly", *dates, *options, *trouble])
