"""How every command ends when it cannot go on: one line on stderr and an exit code."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import psycopg
import typer

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.cli.printing import console
from cakupan.cli.printing import said as in_language
from cakupan.database import CannotMigrate, Role, cause_of, connect, said
from cakupan.database.migration import refuse_newer
from cakupan.database.server import embedded

err = console(stderr=True)
NOTHING_HERE = Text(
    "Tidak ada apa pun di {}: belum ada malam yang dijalankan. Jalankan: {} nightly --date YYYY-MM-DD, atau sebutkan"
    " folder yang benar dalam CAKUPAN_HOME.",
    "There is nothing in {}: no night was run yet. Run: {} nightly --date YYYY-MM-DD, or name the right folder in"
    " CAKUPAN_HOME.",
)
NOT_RUNNING = Text(
    "Basis data tidak berjalan. Jalankan: {} database start", "The database is not running. Run: {} database start"
)


def say_and_exit(message: str | Text, code: int = 1) -> NoReturn:
    """Print the message as it is, in the language that commands speak where it is in both, and exit."""
    err.print(
        in_language(message) if isinstance(message, Text) else message,
        style="red",
        soft_wrap=True,
    )
    raise typer.Exit(code) from None


def needs_database(code: int = 1) -> None:
    """Exit unless the warehouse's server is there, the embedded one or another, and the warehouse no newer than we."""
    if "CAKUPAN_PG_HOST" in os.environ or embedded().running:
        _refuse_newer(code)
        return
    if not embedded().made and not settings.archive_root().exists():
        say_and_exit(NOTHING_HERE.format(settings.home(), this_command()))
    say_and_exit(NOT_RUNNING.format(this_command()), code)


def _refuse_newer(code: int) -> None:
    try:
        with connect(Role.LOADER) as warehouse:
            refuse_newer(warehouse)
    except CannotMigrate as newer:
        say_and_exit(str(newer), code)
    except psycopg.Error:
        return  # the command that was asked for says what is wrong with the server


def needs_cluster() -> None:
    """Exit unless the warehouse's server was ever made, running or not, or another is named."""
    if not embedded().made:
        needs_database()


def cause(error: Exception) -> str:
    """Return what an error says, without what a database error quotes from a row."""
    if isinstance(error, psycopg.Error):
        return said(error)
    return str(cause_of(error) or error) or type(error).__name__


def this_command() -> str:
    """Return how a person types `cakupan` here."""
    return "cakupan" if shutil.which("cakupan") else ".venv/bin/cakupan"
