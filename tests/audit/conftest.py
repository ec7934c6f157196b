"""A small warehouse with real landings and marts made by hand, on record and sealed, for a superuser to alter."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from cakupan import night, publish, quality, settings
from cakupan.audit import sealing
from cakupan.audit.areas import Area
from cakupan.audit.folder import Folder
from cakupan.audit.verifying import AREAS, verify
from cakupan.database import Role, connect
from cakupan.feeds import find_feed
from cakupan.landing import land
from cakupan.landing.archive import Archive
from cakupan.ledger.deliveries import enter_delivery
from cakupan.ledger.runs import mark_run
from tests.databases import copy_of, new_database

NIGHT = date(2025, 9, 9)
FARMERS = "distan.kelompok_tani"
FARMERS_TABLE = "landing.distan_kelompok_tani"
HEADER = "nik,nama_anggota,kelompok_tani,kategori,luas_lahan_ha,kode_wilayah\n"
ROWS = [
    "3579010101900001,BUDI,Makmur,PETANI,\"0,5\",35.79.01.1001\n",
    "3579010201900002,SITI,Makmur,BURUH TANI,\"1,5\",35.79.01.1001\n",
    "3579010301900003,\"TITIK\tTAB\",Makmur,PETANI,\"2,5\",35.79.01.1002\n",
    "3579010401900004,WATI,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "3579010501900005,JOKO,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "3579010601900006,RINI,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "3579010701900007,AGUS,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "3579010801900008,DEWI,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "3579010901900009,EKO,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "3579011001900010,NANA,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
    "35790111019000,ARI,Makmur,PETANI,\"2,0\",35.79.01.1002\n",
]  # fmt: skip
MARTS = """
create table warehouse.coverage (run_id bigint, as_of_date date, sector_code text, active int);
create table warehouse.people (run_id bigint, worker text, active boolean);
create table warehouse.fct_farmer (validation_id bigint, delivery_id bigint, row_number bigint, hectares numeric);
create table reference.tariff (funding_source text, amount_idr bigint);
insert into reference.tariff values ('DBHCHT', 16800);
create view marts.coverage as
    select as_of_date, sector_code, active from warehouse.coverage join ledger.published using (run_id, as_of_date);
create view marts.people as select worker, active from warehouse.people;
create view marts.farmer as select delivery_id, hectares from warehouse.fct_farmer;
"""


@dataclass
class Kept:
    """A warehouse on record."""

    database: psycopg.Connection[Any]
    archive: Path
    ledger: Path

    def deliver(self, name: str, content: bytes, on: date = NIGHT) -> int:
        """Archive, land and validate a delivery, as a night does; returns its number."""
        feed = find_feed(settings.FEEDS, name)
        store = Archive(self.archive)
        archived = store.store(io.BytesIO(content))
        delivery_id, _ = enter_delivery(self.database, feed, on, f"{feed.feed}.{feed.format.extension}", archived)
        self.database.commit()
        land(self.database, feed, delivery_id, store.path(archived.sha256))
        self.database.commit()
        quality.validate_feed(self.database, feed)
        self.database.commit()
        return delivery_id

    def publish(self, as_of: date = NIGHT) -> int:
        """Build and publish a night."""
        run = publish.start_run(self.database, as_of)
        farmers = self.database.execute(
            "select i.validation_id, i.delivery_id, l.row_number from ledger.run_input as i"
            " join landing.distan_kelompok_tani as l using (delivery_id) where i.run_id = %s",
            (run,),
        ).fetchall()
        self.database.commit()
        with connect(Role.TRANSFORMER) as dbt:
            dbt.execute("insert into warehouse.coverage values (%s, %s, 'A', 34), (%s, %s, 'C', 5)", (run, as_of) * 2)
            dbt.execute(
                "insert into warehouse.people select %s, 'w' || n, true from generate_series(1, 50) as n", (run,)
            )
            known = set(dbt.execute("select distinct validation_id from warehouse.fct_farmer").fetchall())
            new = [row for row in farmers if row[:1] not in known]
            dbt.cursor().executemany("insert into warehouse.fct_farmer values (%s, %s, %s, 1.5)", new)
        mark_run(self.database, run, "BUILT")
        self.database.commit()
        night.publish_run(run)
        return run

    def lose_marks(self, run: int) -> None:
        """As where a night is killed after it was published, before the marks of its rows were kept."""
        Folder(self.ledger).marks_path("runs", run).unlink()

    def seal(self) -> None:
        with connect(Role.LOADER) as connection:
            sealing.seal(connection)

    def tamper(self, statement: str) -> None:
        """As a superuser who lets no trigger see it; something must have been altered."""
        with connect(Role.ADMIN) as admin:
            admin.execute("set session_replication_role = replica")
            cursor = admin.execute(statement)
            assert cursor.rowcount != 0, statement

    def file_of(self, delivery_id: int) -> Path:
        (sha256,) = self.database.execute(
            "select sha256 from ledger.delivery where delivery_id = %s", (delivery_id,)
        ).fetchone() or ("",)
        self.database.commit()
        return Archive(self.archive).path(sha256)


def farmers(*changed: tuple[str, str]) -> bytes:
    text = "\ufeff" + HEADER + "".join(ROWS)
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def recipients() -> bytes:
    """A workbook with two sheets, the second one named so that it comes first in the alphabet."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for sheet, serial in (("Junrejo", 1), ("Batu: kota", 2)):
        page = book.create_sheet(sheet.replace(":", " -"))
        page.append(["DAFTAR PENERIMA"])
        page.append(
            [
                "NO SK",
                "TGL SK",
                "NIK",
                "NAMA",
                "KODE WILAYAH",
                "KATEGORI",
                "SKPD PENGUSUL",
                "BULAN MULAI",
                "BULAN SELESAI",
            ]
        )
        for number in range(3):
            nik = f"35790101019{serial}000{number + 1}"
            page.append(
                ["SK/1", "09/09/2025", nik, "ANI", "35.79.01.1001", "PETANI", "DISTAN", "Januari 2025", "Juni 2025"]
            )
    book.save(buffer)
    return buffer.getvalue()


def verified(**options: Any) -> dict[str, Area]:
    """What a verification says, by area."""
    return {area.name: area for area in verify(**options)}


def altered(**options: Any) -> list[str]:
    """All alterations that a verification names."""
    areas = verified(**options)
    assert set(areas) <= set(AREAS)
    return [line for area in areas.values() for line in area.alterations]


@contextmanager
def within(database: str, folder: Path) -> Iterator[Kept]:
    """The warehouse in a database with its files below a folder, to which all goes while inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAKUPAN_PG_DATABASE", database)
        patch.setenv("CAKUPAN_ARCHIVE", str(folder / "archive"))
        patch.setenv("CAKUPAN_LEDGER", str(folder / "ledger"))
        with connect(Role.LOADER) as connection:
            yield Kept(connection, folder / "archive", folder / "ledger")


@pytest.fixture(scope="session")
def empty_template(installation: Path) -> str:
    """The database of a warehouse that nothing was delivered to, for tests to get copies of."""
    database = new_database("test_template")
    with within(database, Path()):
        night.prepare()
        with connect(Role.TRANSFORMER) as dbt:
            dbt.execute(MARTS)
    return database


@pytest.fixture(scope="session")
def kept_template(empty_template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The database and the files of a night of two deliveries, published and sealed, for tests to get copies of."""
    database, files = new_database(empty_template), tmp_path_factory.mktemp("kept")
    with within(database, files) as made:
        made.deliver(FARMERS, farmers())
        made.deliver("disnaker.penerima_dbhcht", recipients())
        made.publish()
        made.seal()
    return database, files


@pytest.fixture
def empty(empty_template: str, tmp_path: Path) -> Iterator[Kept]:
    """A warehouse that nothing was delivered to."""
    with copy_of(empty_template) as database, within(database, tmp_path) as made:
        yield made


@pytest.fixture
def kept(kept_template: tuple[str, Path], tmp_path: Path) -> Iterator[Kept]:
    """A night of two deliveries, published and sealed; in the first, row 12 is quarantined."""
    template, files = kept_template
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    with copy_of(template) as database, within(database, tmp_path) as made:
        yield made


@pytest.fixture
def folder(kept: Kept) -> Folder:
    return Folder(kept.ledger)


Tamper = Callable[[Kept], None]
