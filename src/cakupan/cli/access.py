"""`cakupan access`: the logins with which offices see what is their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer

from cakupan import settings
from cakupan.bilingual import Text
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import Format, FormatOption, console, print_csv, print_json, records, said, table
from cakupan.database import Role, connect, offices
from cakupan.database.connection import url_of
from cakupan.feeds import load_feeds

app = typer.Typer(no_args_is_help=True, help="Logins of offices: each sees its own deliveries and rows, nobody else's.")
out = console()

AGENCY = typer.Argument(help="The agency as in feeds/, for example disdik.")
BY = typer.Option(help="Who answers for it.")
WHY = typer.Option(help="On what grounds.")
HEADS = {
    "agency": Text("Lembaga", "Agency"), "owner": Text("Perangkat daerah", "Office"), "login": Text("Akun", "Login"),
}  # fmt: skip
NOBODY = Text("Belum ada perangkat daerah yang punya akun.", "No office has a login yet.")
NO_AGENCY = Text("tidak ada lembaga {}; yang ada: {}", "there is no agency {}; there are: {}")
NO_LOGIN = Text("{} tidak punya akun", "{} has no login")
GONE = Text("Akun {} dihapus; sambungannya diputus.", "The login {} is gone, its sessions are ended.")
ONCE = Text(
    "Kata sandi hanya ditampilkan sekali ini dan tidak disimpan; `cakupan access add {0}` memberi yang baru.",
    "The password is shown this once and kept nowhere; `cakupan access add {0}` gives another.",
)


@app.command()
def add(
    agency: Annotated[str, AGENCY],
    by: Annotated[str, BY],
    why: Annotated[str, WHY],
    form: FormatOption = Format.TABLE,
) -> None:
    """Give an office a login, or another password where it has one; prints how to connect, this once.

    Exit code 0: done, and on record; 1: it cannot be; 2: there is no such agency.
    """
    _known(agency)
    with _recorded("added", agency, by, why) as connection:
        password = offices.add_login(connection, agency)
    login = offices.login_of(agency)
    address = url_of(login, password)
    if form is Format.JSON:
        print_json({"agency": agency, "login": login, "url": address})
    elif form is Format.CSV:
        print_csv(["agency", "login", "url"], [(agency, login, address)])
    else:
        out.print(address, soft_wrap=True)
        out.print(said(ONCE.format(agency)), soft_wrap=True)


@app.command()
def remove(
    agency: Annotated[str, AGENCY],
    by: Annotated[str, BY],
    why: Annotated[str, WHY],
) -> None:
    """Take an office's login away and end its sessions.

    Exit code 0: done, and on record; 1: it has none, or it cannot be; 2: there is no such agency.
    """
    _known(agency)
    with _recorded("removed", agency, by, why) as connection:
        if agency not in offices.offices_with_login(connection):
            say_and_exit(NO_LOGIN.format(agency))
        offices.remove_login(connection, agency)
    out.print(said(GONE.format(offices.login_of(agency))))


@app.command("list")
def list_logins(form: FormatOption = Format.TABLE) -> None:
    """List the offices that have a login."""
    needs_database()
    owners = {feed.agency: feed.owner for feed in load_feeds(settings.FEEDS)}
    try:
        with connect(Role.STEWARD) as connection:
            found = [
                (agency, owners.get(agency, ""), offices.login_of(agency))
                for agency in offices.offices_with_login(connection)
            ]
    except psycopg.Error as error:
        say_and_exit(cause(error))
    if form is Format.JSON:
        print_json(records(list(HEADS), found))
    elif form is Format.CSV:
        print_csv(list(HEADS), found)
    elif not found:
        out.print(said(NOBODY))
    else:
        out.print(table([said(head) for head in HEADS.values()], [list(row) for row in found], [False] * len(HEADS)))


@contextmanager
def _recorded(what: str, agency: str, by: str, why: str) -> Iterator[psycopg.Connection[Any]]:
    """Give the administrator's connection; what it changes and who answers for it stand in the record."""
    from cakupan.audit.accepting import on_record
    from cakupan.ledger.entries import append

    if not by.strip() or not why.strip():
        say_and_exit("whoever gives or takes access names themselves and the grounds: --by NAME --why GROUNDS", 2)
    needs_database()
    grounds = {"access": what, "agency": agency, "by": by.strip(), "why": why.strip()}
    try:
        with connect(Role.ADMIN) as connection:
            with on_record(connection, f"access of {agency} {what}: {why.strip()}", by.strip()):
                yield connection
            append(connection, "access", grounds)
    except (psycopg.Error, OSError) as error:
        say_and_exit(cause(error))


def _known(agency: str) -> None:
    agencies = sorted({feed.agency for feed in load_feeds(settings.FEEDS)})
    if agency not in agencies:
        say_and_exit(NO_AGENCY.format(agency, ", ".join(agencies)), 2)
