"""What a night leaves for people to read: the pages, scorecards and report of it, letters, the morning's mail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from cakupan import dashboard, landing, notices, scorecards, settings
from cakupan.bilingual import Language
from cakupan.corrections.exporting import write_fix_workbooks
from cakupan.database import Role, connect
from cakupan.feeds import load_feeds
from cakupan.files import clear_abandoned
from cakupan.ledger.written import note_written
from cakupan.night import feeds_of
from cakupan.quality.report import feed_lines, write_night_report
from cakupan.steps import StepFailed, hide_values


@hide_values
def report(night: date) -> str:
    """Write the night's page about deliveries and rules, fit to be mailed to the offices; returns its path.

    What killed writers left beside reports and letters goes.
    """
    path = report_path(night)
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in (path.parent, notices.outbox()):
        clear_abandoned(folder)  # once a night: the files of years lie there
    with connect(Role.LOADER) as connection:
        write_night_report(connection, load_feeds(settings.FEEDS), night, path)
        note_written(connection, [path])
    return str(path)


@hide_values
def write_pages(night: date) -> str:
    """Write the pages for heads of office from what is published; returns where the first lies."""
    try:
        with connect(Role.AUDITOR) as connection:
            figures = dashboard.read_figures(connection, night)
        feeds = load_feeds(settings.FEEDS)
        with connect(Role.LOADER) as connection:
            lines = feed_lines(connection, feeds, figures.night)
            connection.commit()
            first = dashboard.write_pages(figures, lines, feeds, pages_path().parent)
            note_written(connection, filter(Path.is_file, first.parent.rglob("*")), whole=first.parent)
        return str(first)
    except (dashboard.NotPublished, OSError) as error:
        raise StepFailed(f"write_pages: {error}") from None


@hide_values
def write_scorecards(night: date) -> list[str]:
    """Write each office's scorecard of a published night beside its letters; returns their paths."""
    with connect(Role.AUDITOR) as published, connect(Role.LOADER) as loader:
        paths = scorecards.write_scorecards(published, loader, load_feeds(settings.FEEDS), night, notices.outbox())
        note_written(loader, paths)
    return list(map(str, paths))


def pages_path() -> Path:
    """Return where the first of the pages for heads of office lies."""
    return settings.home() / "dashboard" / dashboard.FIRST_PAGE


def _pages() -> str | None:
    """Return where a message may link to: the pages as the city's web server shows them, else where they lie."""
    return settings.pages_url() or (pages_path().as_uri() if pages_path().exists() else None)


def report_path(night: date) -> Path:
    """Return where the night's page lies."""
    return settings.home() / "reports" / f"deliveries-{night}.html"


def marts_due(night: date) -> datetime:
    """Return when the night's marts are to be published."""
    return datetime.combine(night, settings.hours().marts_due, ZoneInfo(settings.TIME_ZONE))


@hide_values
def tell_office(agency: str, night: date, send: notices.Send, to: str | None = None, language: Language = "id") -> str:
    """Tell the agency's office what was wrong with its deliveries and not told yet; returns the letter's path."""
    feeds = feeds_of(agency)
    with connect(Role.LOADER) as connection:
        with suppress(landing.CannotLandAgain):  # which verification tells; the letter names the rows by their address
            workbooks = write_fix_workbooks(connection, feeds, night, notices.outbox(), language, anew=False)
            note_written(connection, workbooks)
        return _tell(
            connection,
            agency,
            lambda told: notices.office_message(connection, feeds, night, already_told=told, language=language, to=to),
            send,
        )


@hide_values
def tell_data_team(night: date, since: datetime, send: notices.Send, to: str | None = None) -> str:
    """Tell the data team how the night went that was run since then; returns the summary's path."""
    language = settings.language()
    with connect(Role.AUDITOR) as connection:
        figures = notices.read_figures(connection, night)
    with connect(Role.LOADER) as connection:
        return _tell(
            connection,
            notices.DATA_TEAM,
            lambda told: notices.summary_message(
                connection, night, since, already_told=told, figures=figures, pages=_pages(), to=to, language=language
            ),
            send,
        )


@hide_values
def tell_late_marts(night: date, send: notices.Send, to: str | None = None) -> str:
    """Tell the data team that the night's marts are due and not published; returns the message's path."""
    with connect(Role.LOADER) as connection:
        return _tell(
            connection,
            notices.DATA_TEAM,
            lambda _: notices.late_marts_message(connection, night, marts_due(night), to, settings.language()),
            send,
        )


def _tell(
    connection: psycopg.Connection,
    recipient: str,
    compose: Callable[[frozenset[str]], notices.Message | None],
    send: notices.Send,
) -> str:
    """Tell a recipient what is new; returns where the message lies, or '' when there was nothing to tell."""
    return str(notices.tell(connection, recipient, compose, send) or "")
