"""Backs an installation up and brings it back: a dump of the database, the record, the archive, and apart the keys.

A folder of backups holds one archive, whose files never change, and of each backup a folder called like its moment:
a dump, the record, and last the file that says that the backup is whole.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg import sql

from cakupan import installation, settings
from cakupan.audit.folder import ledger_root
from cakupan.database import Role, connect, grants
from cakupan.database.connection import database_name, url
from cakupan.database.server import binaries
from cakupan.landing.archive import ARRIVING, Archive, open_archive
from cakupan.ledger.written import note_not_restored

DUMP, RECORD, ARCHIVE, WHOLE = "warehouse.dump", "ledger", "archive", "backup.json"
MOMENT = "%Y%m%dT%H%M%SZ"
SECRETS = ("secrets", "keys_made")
NEEDED_KEY = "ledger_key"
Progress = Callable[[str], None]


class CannotBackUp(RuntimeError):
    """The backup could not be made or restored; says why and what to do."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    made_at: str
    published: str | None
    """The newest night that readers saw."""
    entries: int
    """How many entries its record has."""
    dump_bytes: int


def back_up(to: Path, progress: Progress, secrets: Path | None = None) -> Path:
    """Back up to a new folder below `to`, and the secrets to a folder apart; returns the new folder.

    The dump comes first: the record must not be older than the database, nor the archive older than the record. Raises
    CannotBackUp, OSError, psycopg.Error; what is not whole has no `backup.json` and is never restored.
    """
    if secrets and _within(secrets, to):
        raise CannotBackUp(f"{secrets} lies in {to}: who has both can name every worker. Name a folder elsewhere")
    moment = datetime.now(UTC).strftime(MOMENT)
    folder = to / moment
    folder.mkdir(mode=0o700, parents=True)
    with connect(Role.AUDITOR) as connection:
        (entries,) = connection.execute("select count(*) from ledger.entry").fetchone() or (0,)
        (published,) = connection.execute("select max(as_of_date)::text from ledger.published").fetchone() or (None,)
    progress("database")
    _run("pg_dump", database_name(), "--format=custom", f"--file={folder / DUMP}")
    progress("record")
    if ledger_root().exists():
        shutil.copytree(ledger_root(), folder / RECORD)
    progress("archive")
    _copy_missing(to / ARCHIVE)
    if secrets:
        progress("secrets")
        _copy_secrets(secrets)
    made = Backup(moment, published, entries, (folder / DUMP).stat().st_size)
    (folder / WHOLE).write_text(json.dumps(asdict(made), indent=1) + "\n")
    return folder


def newest(of: Path) -> Path:
    """Return the newest whole backup in a folder of them, or the folder itself where it is one; raises CannotBackUp."""
    whole = [of, *sorted(of.glob("*"), reverse=True)]
    found = next((folder for folder in whole if (folder / WHOLE).is_file()), None)
    if found is None:
        raise CannotBackUp(f"{of} holds no whole backup: each has a file {WHOLE}, which is written last")
    return found


def restore(of: Path, progress: Progress, secrets: Path | None = None) -> Backup:
    """Bring back the newest backup of a folder, or one of its backups, to an installation that holds nothing.

    Raises CannotBackUp, OSError, psycopg.Error, BadSetting; begun and not ended, it is begun again after what it left
    was removed, which the next call names.
    """
    folder = newest(of.resolve())
    made = _read(folder)
    if kept := [path for path in (settings.archive_root(), ledger_root()) if any(_files(path))]:
        raise _living(" and ".join(map(str, kept)))
    _bring_secrets(secrets)
    installation.set_up_warehouse(lambda _: None)
    with connect(Role.ADMIN) as connection:
        holds = connection.execute("select from ledger.delivery limit 1").fetchone()
    if holds is not None:
        raise _living(f"the database {database_name()!r}")
    progress("archive")
    archive = open_archive()
    for path in _files(folder.parent / ARCHIVE):
        with path.open("rb") as stream:
            if archive.store(stream).sha256 != path.name:
                raise CannotBackUp(f"{path} is not what was archived: have it from another copy of the backup")
    progress("record")
    if (folder / RECORD).exists():
        shutil.copytree(folder / RECORD, ledger_root(), dirs_exist_ok=True)
    progress("database")
    with connect(Role.ADMIN, "postgres", autocommit=True) as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database_name())))
    with tempfile.NamedTemporaryFile("w") as chosen:
        chosen.writelines(_entries(folder / DUMP))
        chosen.flush()
        _run("pg_restore", "postgres", "--create", "--exit-on-error", "--use-list", chosen.name, str(folder / DUMP))
    installation.set_up_warehouse(lambda _: None)
    with connect(Role.ADMIN) as connection:
        grants.apply(connection)
    with connect(Role.LOADER) as connection:
        note_not_restored(connection)  # letters and pages are in no backup
    return made


def _entries(dump: Path) -> list[str]:
    """Return what of a dump is restored: all but grants on functions of PostgreSQL, which other versions lack."""
    told = _run("pg_restore", None, "--list", "--create", str(dump))
    return [line for line in told.splitlines(keepends=True) if " ACL pg_catalog " not in line]


def _living(what: str) -> CannotBackUp:
    return CannotBackUp(
        f"This installation holds something already ({what}): a restore would mix both. Restore into another"
        " CAKUPAN_HOME, or move what is there out of the way"
    )


def _read(folder: Path) -> Backup:
    """Read what the backup says of itself, and that its dump is whole; raises CannotBackUp."""
    try:
        made = Backup(**json.loads((folder / WHOLE).read_text()))
        size = (folder / DUMP).stat().st_size
    except (OSError, ValueError, TypeError):
        raise CannotBackUp(f"{folder} is damaged: {WHOLE} or {DUMP} cannot be read. Take another backup") from None
    if size != made.dump_bytes:
        raise CannotBackUp(f"{folder / DUMP} has {size} bytes of {made.dump_bytes}: it is cut. Take another backup")
    return made


def _copy_missing(to: Path) -> None:
    """Copy the archive's files that are not there yet."""
    for path in _files(settings.archive_root()):
        target = to / path.parent.name / path.name
        if not target.exists():
            with path.open("rb") as stream:
                Archive(to).store(stream)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what is kept below a folder: no draft and no lock."""
    return (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((ARRIVING, ".")))


def _secret_folders() -> dict[str, Path]:
    """Return where secrets lie, by what they are called in a backup."""
    keys = os.environ.get("CAKUPAN_KEYS")
    return {name: settings.home() / name for name in SECRETS} | ({"keys": Path(keys)} if keys else {})


def _copy_secrets(to: Path) -> None:
    for name, folder in _secret_folders().items():
        if folder.exists():
            shutil.copytree(folder, to / name, dirs_exist_ok=True)
    to.chmod(0o700)


def _bring_secrets(given: Path | None) -> None:
    """Put the secrets in place, of which none is there yet; raises CannotBackUp where the key of the record lacks."""
    if given:
        for name, folder in _secret_folders().items():
            for path in (given / name).glob("*"):
                if not (folder / path.name).exists():
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    shutil.copy2(path, folder / path.name)
    has_key = (folder / NEEDED_KEY for folder in _secret_folders().values() if folder.name != "keys_made")
    if not settings.given(NEEDED_KEY) and not any(path.exists() for path in has_key):
        raise CannotBackUp(
            "The keys are not here, and with new ones all that is restored would look altered. Name the folder in which"
            " the secrets were backed up with --secrets, or put them where docs/backup.md says"
        )


def _within(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())


def _run(program: str, database: str | None, *arguments: str) -> str:
    """Run a program of PostgreSQL as the administrator, whose password no other account sees; returns what it prints.

    Raises CannotBackUp.
    """
    to = [f"--dbname={url(Role.ADMIN, database, password=False)}"] if database else []
    done = subprocess.run(
        [binaries() / program, *to, *arguments],
        env=os.environ | {"PGPASSWORD": Role.ADMIN.password}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotBackUp(f"{program} ended with {done.returncode}: {said}")
    return done.stdout
