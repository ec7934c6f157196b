"""`cakupan ledger`: the key and the checkpoints of the record."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.database import Role, connect

app = typer.Typer(no_args_is_help=True, help="The record of what was delivered, decided and published.")

COSIGNED = typer.Argument(exists=True, dir_okay=False, help="The checkpoint as the witness gave it back.")


@app.command()
def key() -> None:
    """Print the public key with which anybody verifies checkpoints and receipts. Publish it."""
    from cakupan.audit.keys import signing_key
    from cakupan.audit.note import BadNote

    try:
        sys.stdout.write(signing_key().vkey + "\n")
    except BadNote as error:
        say_and_exit(f"CAKUPAN_LEDGER_KEY, or the secret ledger_key, is no signing key: {error}")


@app.command()
def seal() -> None:
    """Sign the record as it is now, as each night does after publishing; catches up where a night could not."""
    from cakupan import night, steps

    try:
        with _connected(Role.LOADER):
            night.seal()
    except steps.StepFailed as error:
        say_and_exit(cause(error))
    checkpoint()


@app.command()
def restart(
    by: Annotated[str, typer.Option(help="Who answers for it.")],
    why: Annotated[str, typer.Option(help="On what grounds.")],
) -> None:
    """Go on with the record of a restored database, giving up what was signed since; only after `cakupan verify`."""
    from cakupan.audit import sealing

    try:
        with _connected(Role.LOADER) as connection:
            sealing.restart(connection, by, why)
    except (ValueError, sealing.CannotSeal, sealing.Altered, OSError) as error:
        say_and_exit(cause(error))
    checkpoint()


@app.command()
def accept(
    by: Annotated[str, typer.Option(help="Who answers for it.")],
    why: Annotated[str, typer.Option(help="On what grounds.")],
) -> None:
    """Accept, on record, a grant or a view that is not the program's, and books that differ; after `cakupan verify`."""
    from cakupan.audit import check_books, check_definitions
    from cakupan.audit.folder import Folder

    accepted: list[str] = []
    try:
        with _connected(Role.LOADER) as connection:
            accepted += sorted(check_books.accept(connection, Folder(), by, why))
            try:
                check_definitions.accept(connection, Folder(), by, why)
                accepted.append("definitions")
            except check_definitions.NothingToAccept:
                if not accepted:
                    raise
    except ValueError as error:
        say_and_exit(cause(error))
    sys.stdout.write(f"Accepted as they are now: {', '.join(accepted)}\n")
    seal()


@app.command()
def checkpoint() -> None:
    """Print the newest signed checkpoint, for a witness or to be published."""
    from cakupan.audit import sealing
    from cakupan.audit.folder import Folder
    from cakupan.audit.keys import signing_key

    with _connected(Role.STEWARD) as connection:
        valid, _ = sealing.signed_checkpoints(connection, Folder(), signing_key().verifier)
    newest = sealing.newest(valid)
    if newest is None:
        say_and_exit("No checkpoint was signed yet. Run: cakupan ledger seal")
    sys.stdout.write(newest.note)


@app.command("add-cosignature")
def add_cosignature(
    file: Annotated[Path, COSIGNED],
    witness: Annotated[str | None, typer.Option(help="The witness's public key: its cosignature is verified.")] = None,
) -> None:
    """Keep a checkpoint that a witness cosigned: receipts carry its signature from then on."""
    from cakupan.audit import sealing
    from cakupan.audit.note import BadNote, Verifier

    try:
        verifier = Verifier.from_vkey(witness) if witness else None
        with _connected(Role.LOADER) as connection:
            kept, names = sealing.add_cosignature(connection, file.read_text("utf-8"), verifier)
    except (BadNote, OSError, UnicodeDecodeError) as error:
        say_and_exit(cause(error))
    sys.stdout.write(f"Checkpoint of {kept.size} entries, signed by {', '.join(names)}\n")


@contextmanager
def _connected(role: Role) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection; what hinders it, or a statement, is said in a line without what a row holds."""
    needs_database()
    try:
        with connect(role) as connection:
            yield connection
    except psycopg.Error as error:
        say_and_exit(cause(error))
