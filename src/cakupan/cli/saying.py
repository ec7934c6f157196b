"""How every command ends when it cannot go on: one line on stderr and an exit code."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import typer
from rich.console import Console

from cakupan.database.server import embedded

err = Console(stderr=True)


def say_and_exit(message: str, code: int = 1) -> NoReturn:
    """Print the message as it is and exit."""
    err.print(message, style="red", soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(code) from None


def needs_database(code: int = 1) -> None:
    """Exit unless the warehouse's server is there: the embedded one runs, or another is named."""
    if "CAKUPAN_PG_HOST" not in os.environ and not embedded().running:
        say_and_exit("The database is not running. Run: cakupan database start", code)


def this_command() -> str:
    """How a person types `cakupan` here."""
    return "cakupan" if shutil.which("cakupan") else ".venv/bin/cakupan"
