"""Commands about the agencies' systems: can each be reached, logged in to and asked, and what does it have?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from cakupan import installation, night, orchestration, settings
from cakupan.sources import Away, BrokenContract, LoginRefused, NotConnected, PartialDelivery, Source, Unreachable
from cakupan.sources.retries import RetryPolicy

app = typer.Typer(no_args_is_help=True, help="The agencies' systems.")
ONCE = RetryPolicy(tries=1)  # a person waits, and asks again
AT_ONCE = 8


@dataclass(frozen=True)
class Line:
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
    agencies: Annotated[list[str] | None, typer.Argument(help="For example bpjstk; else all.")] = None,
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The night an API is asked for; else today's."),
    ] = None,
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
    out, usable = Console(), True
    for line in probe(agencies or known, as_of):
        usable = usable and line.usable
        mark = "[green]ok[/]    " if line.usable else "[red]failed[/]"
        out.print(f"{mark} ", end="")
        out.print(f"{line.feed:<28}{line.kind:<14}{line.text}", soft_wrap=True, highlight=False, markup=False)
    if not usable:
        raise typer.Exit(1)


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
