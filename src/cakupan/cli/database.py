"""`cakupan database`: the warehouse's PostgreSQL."""

from __future__ import annotations

import sys
from typing import Annotated

import psycopg
import typer

from cakupan.cli.messages import cause, needs_cluster, needs_database, say_and_exit
from cakupan.cli.printing import DocumentFormat, FormatOfDocument, console, print_json
from cakupan.cli.progress import progress
from cakupan.database import Role, connect, url
from cakupan.database.server import embedded

app = typer.Typer(no_args_is_help=True, help="The warehouse's PostgreSQL.")
out = console()


@app.command("start")
def database_start() -> None:
    """Start the embedded server, make what is missing in it, and print where BI tools connect."""
    from cakupan import installation

    try:
        with progress() as tell:
            installation.set_up(tell)
    except (RuntimeError, OSError, psycopg.Error) as error:
        say_and_exit(cause(error), 1)
    out.print(url(Role.BI, password=False), soft_wrap=True)


@app.command("stop")
def database_stop() -> None:
    """Stop the embedded server."""
    embedded().stop()


@app.command("version")
def database_version(form: FormatOfDocument = DocumentFormat.TABLE) -> None:
    """Print the warehouse's version, and what the next night or `cakupan database start` brings it."""
    from cakupan.database.migration import applied_migrations, pending_migrations

    needs_database()
    try:
        with connect(Role.STEWARD) as warehouse:
            applied, pending = applied_migrations(warehouse), pending_migrations(warehouse)
    except (RuntimeError, psycopg.Error) as error:
        say_and_exit(cause(error), 1)
    if form is DocumentFormat.JSON:
        number = applied[-1].number if applied else 0
        print_json({"version": number, "to_come": [migration.name for migration in pending]})
        return
    out.print(f"version {applied[-1].number}: {applied[-1]}" if applied else "version 0: older than migrations")
    for migration in pending:
        out.print(f"to come: {migration.name}")


@app.command("url")
def database_url(
    role: Annotated[str, typer.Option(help="bi, viewer, auditor, steward, loader or transformer")] = "bi",
) -> None:
    """Print the connection URL of a role, with its password."""
    try:
        wanted = Role[role.upper()]
    except KeyError:
        raise typer.BadParameter(f"there is no role {role!r}", param_hint="--role") from None
    needs_cluster()
    sys.stdout.write(url(wanted) + "\n")
