"""Verification: everything that is kept, recomputed and held against the record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

import psycopg

from cakupan.audit.areas import Area
from cakupan.audit.check_books import check_books
from cakupan.audit.check_definitions import check_definitions
from cakupan.audit.check_files import check_files
from cakupan.audit.check_ledger import check_tables, tell_of_reads
from cakupan.audit.check_marts import check_marts
from cakupan.audit.check_rows import check_archive, check_decisions, check_landing
from cakupan.audit.folder import Folder
from cakupan.audit.record import read_record
from cakupan.database import Role, connect
from cakupan.landing.archive import open_archive

AREAS = ("ledger", "books", "archive", "landing", "decisions", "marts", "definitions", "files")


def verify(on: date | None = None, only: Collection[str] = AREAS) -> Iterator[Area]:
    """Verify the areas named in `only`, one after another; `on` limits all but the ledger to one night, the books
    to the last seal.

    The ledger and the marts are read as the auditor; landed rows, decisions and identity, which are personal, as the
    loader.
    Nothing is changed. Raises psycopg.Error, and BadNote when the installation's key is none.
    """
    folder = Folder()
    areas = {name: Area(name) for name in AREAS}
    with connect(Role.AUDITOR, autocommit=True) as auditor, connect(Role.LOADER, autocommit=True) as loader:
        auditor.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for connection in (auditor, loader):  # whatever their logins were set to: no function of somebody else is found
            connection.execute("set search_path = pg_catalog")
        with auditor.transaction():  # one state of the ledger, whatever a night enters meanwhile
            record = read_record(auditor, folder, areas["ledger"])
            check_tables(auditor, record, areas["ledger"])
        tell_of_reads(loader, record, areas["ledger"])
        if "ledger" in only:
            yield areas["ledger"]
        if "books" in only:
            check_books(loader, record, folder, areas["books"], on)
            yield areas["books"]
        lost_files: set[str] = set()
        if {"archive", "landing"} & set(only):
            lost_files = check_archive(record, open_archive(), areas["archive"], on)
        if "archive" in only:
            yield areas["archive"]
        if "landing" in only:
            check_landing(loader, record, lost_files, areas["landing"], on)
            yield areas["landing"]
        if "decisions" in only:
            check_decisions(loader, record, folder, areas["decisions"], on)
            yield areas["decisions"]
        if "marts" in only:
            check_marts(auditor, record, folder, areas["marts"], on)
            yield areas["marts"]
        if "definitions" in only:
            check_definitions(auditor, record, folder, areas["definitions"])
            yield areas["definitions"]
        if "files" in only:
            check_files(loader, areas["files"])
            yield areas["files"]
