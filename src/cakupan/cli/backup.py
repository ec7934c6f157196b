"""`cakupan backup` and `cakupan restore`: docs/backup.md as commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from cakupan.bilingual import Text
from cakupan.cli.lock import only_one_night
from cakupan.cli.messages import cause, needs_database, say_and_exit
from cakupan.cli.printing import console, said
from cakupan.cli.progress import progress

out = console()
SECRETS = Annotated[
    Path | None,
    typer.Option("--secrets", file_okay=False, help="Where the secrets and keys are kept, apart from the rest."),
]
NOWHERE = Text(
    "Sebut folder cadangan, di sini atau dalam CAKUPAN_BACKUP.",
    "Name the folder of the backups, here or in CAKUPAN_BACKUP.",
)
KEPT = Text("Cadangan: {}", "Backed up to {}")
NO_SECRETS = Text(
    "Rahasia dan kunci tidak ikut; simpan sekali dan setiap kali berubah dengan --secrets di tempat lain.",
    "Secrets and keys are not in it; keep them once, and when one changes, with --secrets in another place.",
)
BACK = Text(
    "Dipulihkan: cadangan {}, malam terbaru {}. Sekarang diperiksa.",
    "Restored: the backup of {}, newest night {}. Now it is verified.",
)


def backup(
    to: Annotated[
        Path | None, typer.Argument(file_okay=False, help="The folder of the backups; else CAKUPAN_BACKUP.")
    ] = None,
    secrets: SECRETS = None,
) -> None:
    """Back up database, record and archive to a new folder below a folder of backups; while no night runs.

    Exit code 0: backed up; 1: it could not be; 2: wrong usage.
    """
    from cakupan.backup import back_up

    folder = to or (Path(named) if (named := os.environ.get("CAKUPAN_BACKUP")) else None)
    if folder is None:
        say_and_exit(NOWHERE, 2)
    needs_database()
    try:
        with only_one_night(), progress() as tell:
            made = back_up(folder, tell, secrets)
    except (RuntimeError, OSError, psycopg.Error) as error:
        say_and_exit(cause(error), 1)
    out.print(said(KEPT.format(made)), soft_wrap=True)
    if not secrets:
        out.print(said(NO_SECRETS), soft_wrap=True)


def restore(
    of: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of backups, or one of them.")],
    secrets: SECRETS = None,
) -> None:
    """Bring a backup back to an installation that holds nothing, and verify it.

    Exit code 0: restored, and nothing was altered; 1: refused, or it could not be; or what was restored is older than
    its record, which is told.
    """
    from cakupan.backup import restore as bring_back
    from cakupan.cli import verify

    try:
        with only_one_night(), progress() as tell:
            made = bring_back(of, tell, secrets)
        out.print(said(BACK.format(made.made_at, made.published or "-")), soft_wrap=True)
        code = verify.run(None, [], out)
    except (RuntimeError, OSError, psycopg.Error) as error:
        say_and_exit(cause(error), 1)
    raise typer.Exit(code)
