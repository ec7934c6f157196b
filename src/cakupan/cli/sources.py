"""Commands about the agencies' systems: can each be reached, logged in to and asked, and what does it have?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer
from rich.text import Text as Styled

from cakupan import installation, night, orchestration, settings
from cakupan.bilingual import Text
from cakupan.cli import completion
from cakupan.cli.printing import Format, FormatOption, console, print_csv, print_json, records, said
from cakupan.invisible import spelled_out
from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Source, Unreachable
from cakupan.sources.retries import RetryPolicy

app = typer.Typer(no_args_is_help=True, help="The agencies' systems.")
ONCE = RetryPolicy(tries=1)  # a person waits, and asks again
AT_ONCE = 8
AGENCIES = typer.Argument(help="For example bpjstk; else all.", autocompletion=completion.agencies)


USABLE, FAILED = Text("baik", "ok"), Text("gagal", "failed")


class Line(NamedTuple):
    """What is said of a feed."""

    feed: str
    kind: str
    usable: bool
    text: str


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own while it is the only one."""


@app.command()
def check(
    agencies: Annotated[
        list[str] | None, typer.Argument(help="For example bpjstk; else all.", autocompletion=completion.agencies)
    ] = None,
    day: Annotated[
        datetime | None,
        completion.night_option("The night an API is asked for; else today's."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Try each agency's connection and say what there is, one line for each feed; nothing is archived.

    Exit code 0: all can be used; 1: some cannot, and the line says why and what to do; 2: wrong usage.
    """
    known = night.agencies()
    if unknown := sorted(set(agencies or ()) - set(known)):
        raise typer.BadParameter(f"there is no agency {', '.join(unknown)}; there are: {', '.join(known)}")
    installation.set_up(lambda _: None)  # connections added in Airflow's UI are in its database
    # Before Airflow is imported; what it has to say of a connection is said here in one line.
    os.environ.update(orchestration.environment() | {"AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL"})
    as_of = day.date() if day else datetime.now(ZoneInfo(settings.TIME_ZONE)).date()
    lines = list(_shown(probe(agencies or known, as_of), form))
    if form is not Format.TABLE:
        names, rows = Line._fields, lines
        print_json(records(names, rows)) if form is Format.JSON else print_csv(names, rows)
    if not all(line.usable for line in lines):
        raise typer.Exit(1)


def _shown(lines: Iterator[Line], form: Format) -> Iterator[Line]:
    """Pass the lines on, and print each for a person as soon as it is known."""
    out = console()
    for line in lines:
        if form is Format.TABLE:
            mark = Styled(f"{said(USABLE if line.usable else FAILED):<7}", "green" if line.usable else "red")
            out.print(mark + Styled(f"{line.feed:<28}{line.kind:<14}{spelled_out(line.text)}"), soft_wrap=True)
        yield line


def probe(agencies: list[str], as_of: date) -> Iterator[Line]:
    """Ask the agencies, several at a time; returns what is to be said of each feed, in their order."""
    sources: list[Source | NotConnected] = []
    for agency in agencies:
        try:
            sources.append(orchestration.source_of(agency, ONCE))
        except NotConnected as error:
            sources.append(error)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for lines in pool.map(lambda agency, source: _probe(agency, source, as_of), agencies, sources):
            yield from lines


def _probe(agency: str, source: Source | NotConnected, as_of: date) -> list[Line]:
    lines: list[Line] = []
    feeds = night.feeds_of(agency)
    if isinstance(source, NotConnected):
        return [Line(feed.name, "-", False, _why(source, agency)) for feed in feeds]
    away: Away | None = None
    for feed in feeds:
        try:
            if away:
                raise away
            lines.append(Line(feed.name, source.kind, True, source.probe(feed, as_of)))
        except (NotConnected, OSError) as error:
            away = error if isinstance(error, Away) else None
            lines.append(Line(feed.name, source.kind, False, _why(error, agency)))
    return lines


def _why(error: NotConnected | OSError, agency: str) -> str:
    """Say in one line what is wrong and what to do about it."""
    connection = f"connection agency_{agency}"
    match error:
        case Away():
            return f"{error}. Is it up, may this machine reach it, and is {connection} right?"
        case Unreachable() | PartialDelivery():
            return f"{error}. Ask again later; if it stays so, tell the agency."
        case LoginRefused():
            return f"{error}. Ask the agency for an account that is let in, and set it in {connection}."
        case BrokenContract():
            return f"{error}. Mend {connection}, or tell the agency."
        case NotConnected():
            return f"{error}."
    return f"{type(error).__name__}: {error.strerror or 'no reason given'}. May this account read the folder?"
