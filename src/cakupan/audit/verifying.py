"""Verification: everything that is kept, recomputed and held against the record."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from cakupan.audit.areas import Area
from cakupan.audit.check_books import check_books
from cakupan.audit.check_definitions import check_definitions
from cakupan.audit.check_files import check_files
from cakupan.audit.check_ledger import check_tables, tell_of_reads
from cakupan.audit.check_marts import check_marts
from cakupan.audit.check_rows import check_archive, check_decisions, check_landing
from cakupan.audit.folder import Folder
from cakupan.audit.record import Record, read_record
from cakupan.database import Role, connect
from cakupan.landing.archive import open_archive
from cakupan.ledger.copied import settle

AREAS = ("ledger", "books", "archive", "landing", "decisions", "marts", "definitions", "files")
TOGETHER = (("marts",), ("archive", "landing"), ("books",), ("decisions",), ("definitions",), ("files",))
"""Areas that one process verifies, those that take long first. Rows that were dropped are had again from the archived
files that hold, so both are verified by one."""


@dataclass(frozen=True)
class _Against:
    """What areas are held against."""

    record: Record
    folder: Folder
    on: date | None


def verify(on: date | None = None, only: Collection[str] = AREAS) -> Iterator[Area]:
    """Verify the areas named in `only`, and return each when it and those before it are done; `on` limits all but the
    ledger to one night, the books to the last seal.

    The ledger comes first; what is held against it, side by side, in as many processes as there are cores.
    The ledger and the marts are read as the auditor; landed rows, decisions and identity, which are personal, as the
    loader.
    Nothing is changed. Raises psycopg.Error, and BadNote when the installation's key is none.
    """
    against, ledger = _read_ledger(on)
    if "ledger" in only:
        yield ledger
    groups = [names for names in TOGETHER if set(names) & set(only)]
    # Forked while no connection is open: the record, which may be large, is there without being handed on.
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), fork, _hold_against, (against,)) as executor:
        verified = [executor.submit(_verify_group, names) for names in groups]
        group_of = {name: group for names, group in zip(groups, verified, strict=True) for name in names}
        for name in AREAS:
            if name in group_of and name in only:
                yield group_of[name].result()[name]


def _read_ledger(on: date | None) -> tuple[_Against, Area]:
    folder, area = Folder(), Area("ledger")
    with _sessions() as (auditor, loader):
        with auditor.transaction():  # one state of the ledger, whatever a night enters meanwhile
            record = read_record(auditor, folder, area)
            check_tables(auditor, record, area)
        tell_of_reads(loader, record, area)
    return _Against(record, folder, on), area


_held: list[_Against] = []
"""Of a process that verifies: what it was begun with."""


def _hold_against(against: _Against) -> None:
    _held[:] = [against]
    # A thread that shows progress may have held their locks at the fork; it is not here to let them go.
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 to the end of the process


def _verify_group(names: Collection[str]) -> dict[str, Area]:
    (against,) = _held
    record, folder, on = against.record, against.folder, against.on
    areas = {name: Area(name) for name in names}
    lost_files: set[str] = set()
    with _sessions() as (auditor, loader):
        for name, area in areas.items():
            match name:
                case "books":
                    check_books(loader, record, folder, area, on)
                case "archive":
                    lost_files = check_archive(record, open_archive(), area, on)
                case "landing":
                    check_landing(loader, record, lost_files, area, on)
                case "decisions":
                    check_decisions(loader, record, folder, area, on)
                case "marts":
                    check_marts(auditor, record, folder, area, on)
                case "definitions":
                    check_definitions(auditor, record, folder, area)
                case "files":
                    check_files(loader, area)
    return areas


@contextmanager
def _sessions() -> Iterator[tuple[psycopg.Connection[Any], psycopg.Connection[Any]]]:
    """Connect as the auditor and as the loader: no function of somebody else is found, whatever they were set to."""
    with connect(Role.AUDITOR, autocommit=True) as auditor, connect(Role.LOADER, autocommit=True) as loader:
        settle(auditor)
        settle(loader)
        auditor.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield auditor, loader
