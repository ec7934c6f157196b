"""The disks of the database server are full, of its data and of its WAL: a clean stop, one line, nothing lost.

Run by `make faults`, as root: each disk is a small one in memory, mounted for this and filled up. Tables and sorts that
find no room stop the step and not the server; a WAL that finds none stops the server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from cakupan import landing, night, publish, quality, settings
from cakupan.database import Role, apply_schema, connect, create_database, said
from cakupan.database.server import Server, ServerError, embedded
from cakupan.feeds import find_feed
from cakupan.ledger.feeds import declare_feed
from cakupan.ledger.runs import mark_run
from cakupan.sources.folder import Folder
from cakupan.steps import StepFailed, hide_values
from tests.airflow_api import wait_until
from tests.audit.conftest import FARMERS, FARMERS_TABLE, HEADER
from tests.faults.installations import SERVER

MEGABYTE = 1 << 20
SETTINGS = SERVER | {"shared_buffers": "16MB", "max_wal_size": "1GB", "min_wal_size": "32MB"}
NIGHTS = tuple(date(2025, 9, day) for day in range(7, 11))
ROWS = 30_000
PATIENCE = 60.0
FULL = "The database's disk is full. Make room on the disk of"
LOST = "The database at"
SORT = "select count(*) from (select g, repeat('x', 100) from generate_series(1, 200000) as g order by 2, 1) as s"


@contextmanager
def disk(place: Path, megabytes: int) -> Iterator[None]:
    """Have what lies in the folder lie on a disk of that size while inside."""
    before = place.with_name(f"{place.name}.before")
    place.mkdir(exist_ok=True)
    owner = place.stat()
    shutil.copytree(place, before)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", place], check=True)
    try:
        shutil.copytree(before, place, dirs_exist_ok=True)
        for path in (place, *place.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def full(place: Path) -> Iterator[None]:
    """Leave no room on the disk while inside."""
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        room = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
        os.posix_fallocate(file.fileno(), 0, room)
    try:
        yield
    finally:
        ballast.unlink()


def use_up_the_wal() -> None:
    """Come to the end of the WAL that lies ready, before a checkpoint makes more of it ready."""
    ahead = "select count(*) > 0 from pg_ls_waldir() where name > pg_walfile_name(pg_current_wal_lsn())"
    with connect(Role.ADMIN, autocommit=True) as admin:
        while admin.execute(ahead).fetchone() == (True,):
            admin.execute("select pg_logical_emit_message(false, 'x', 'y'), pg_switch_wal()")
            admin.execute("select pg_logical_emit_message(true, 'x', 'the first of its segment')")
        # A page of 8192 bytes has a head of 24; what is left after this is less than a step writes.
        admin.execute(
            "select pg_logical_emit_message(true, 'x', repeat('x', (room * 8168 / 8192 - 1500)::int)) from ("
            " select 16777216 - (pg_current_wal_insert_lsn() - '0/0') % 16777216) as segment (room)"
        )


class Night:
    """The steps of a night with one feed, and what came of it."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.right: list[tuple[Any, ...]] = [("ACCEPTED", ROWS, ROWS, 0, 0, ROWS, 1)]
        with connect(Role.LOADER) as connection:
            feed = find_feed(settings.FEEDS, FARMERS)
            declare_feed(connection, feed)
            landing.ensure_landing_table(connection, feed)
            quality.ensure_quarantine_table(connection, feed)
            quality.ensure_accepted_view(connection, feed)

    def steps(self, as_of: date) -> dict[str, Callable[[], object]]:
        """Have the office deliver; returns what is to be done, each by its name."""
        place = self.folder / FARMERS.replace(".", "/")
        place.mkdir(parents=True, exist_ok=True)
        rows = "".join(
            f'3579010101{number // 9999 + 80:02}{number % 9999 + 1:04},BUDI,Makmur {as_of},PETANI,"0,5",35.79.01.1001\n'
            for number in range(1, ROWS + 1)
        )
        (place / f"kelompok_tani_{as_of:%Y%m%d}.csv").write_text(HEADER + rows, encoding="utf-8-sig")
        return {
            "archive": lambda: night.archive(FARMERS, as_of, Folder(self.folder)),
            "land": lambda: night.land(FARMERS),
            "validate": lambda: night.validate(FARMERS, as_of),
            "publish": lambda: published(as_of),
        }

    def came_of(self, as_of: date) -> list[tuple[Any, ...]]:
        """Return what is kept of the night and shown to readers."""
        with connect(Role.ADMIN) as admin:
            return admin.execute(
                f"""
                select v.delivery_status, v.delivered_rows, v.accepted_rows, v.quarantined_rows, v.duplicate_rows,
                    (select count(*) from {FARMERS_TABLE} where delivery_id = d.delivery_id),
                    (select count(*) from ledger.published where as_of_date = d.business_date)
                from ledger.delivery as d left join ledger.current_validation as v using (delivery_id)
                where d.business_date = %s
                """,
                (as_of,),
            ).fetchall()


@hide_values
def published(as_of: date) -> None:
    """Publish a night of which nothing was built."""
    with connect(Role.LOADER) as connection:
        run = publish.start_run(connection, as_of)
        mark_run(connection, run, "BUILT")
        connection.commit()
        publish.publish(connection, run)
        publish.end_turn(connection, run)


def stopped(step: Callable[[], object]) -> str:
    """Return what the step says when it cannot go on; raises AssertionError where it can."""
    try:
        step()
    except (psycopg.Error, StepFailed) as error:
        line = str(error) if isinstance(error, StepFailed) else said(error)
        assert "\n" not in line, line
        return line
    raise AssertionError("it went on without room")


def goes_on(at: Night, as_of: date) -> None:
    """Run the night again from its beginning; it must come to what an undisturbed one does."""
    for step in at.steps(as_of).values():
        step()
    assert at.came_of(as_of) == at.right, at.came_of(as_of)


def without_room_for_data(at: Night, as_of: date) -> Iterator[str]:
    """Fill the disk of the tables: they and sorts find no room, which stops a step, and the server answers."""
    steps = at.steps(as_of)
    steps["archive"]()
    with full(at.server.data):
        line = stopped(steps["land"])
        assert FULL in line, line
        yield f"data: {line}"
        with connect(Role.ADMIN) as admin:
            admin.execute("set work_mem = '64kB'")
            line = stopped(lambda: admin.execute(SORT))
        assert FULL in line, line
        yield f"temporary files: {line}"
        assert [row[-2:] for row in at.came_of(as_of)] == [(0, 0)]
    goes_on(at, as_of)


def without_room_for_wal(at: Night, as_of: date, name: str) -> Iterator[str]:
    """Fill that of the WAL: the server goes down in a step, says why when it is started, and knows all it had."""
    steps = at.steps(as_of)
    for before in list(steps)[: list(steps).index(name)]:
        steps[before]()
    use_up_the_wal()
    with full(at.server.data / "pg_wal"):
        line = stopped(lambda: [steps[name]() for _ in range(3)])
        assert LOST in line or FULL in line, line
        yield f"WAL, at {name}: {line}"
        wait_until(lambda: not at.server.running, PATIENCE)  # it tries to recover by itself first
        with pytest.raises(ServerError, match=r"its disk is full. Make room on the disk of") as refused:
            at.server.start(Role.ADMIN.password)
        yield f"WAL, at the start of the server: {refused.value}"
    at.server.start(Role.ADMIN.password)
    assert [row[-1] for row in at.came_of(as_of)] == [0]
    goes_on(at, as_of)


def main() -> int:
    """Try each, and print what was said."""
    if os.geteuid():
        sys.stdout.write("full disks of the server: left out, because only root may mount a small disk\n")
        return 0
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="cakupan-full-", ignore_cleanup_errors=True)))
        home.chmod(0o755)
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("CAKUPAN_HOME", str(home))
        stack.enter_context(disk(embedded().root, 400))
        server = Server(embedded().root, SETTINGS)
        stack.callback(server.stop, "immediate")
        server.start(Role.ADMIN.password)
        create_database()
        with connect(Role.ADMIN) as admin:
            apply_schema(admin)
        server.stop()
        stack.enter_context(disk(server.data / "pg_wal", 160))
        server.start(Role.ADMIN.password)
        at = Night(home / "drop", server)
        undisturbed, *others = NIGHTS
        goes_on(at, undisturbed)
        for lines in (
            without_room_for_data(at, others[0]),
            without_room_for_wal(at, others[1], "land"),
            without_room_for_wal(at, others[2], "publish"),
        ):
            for line in lines:
                sys.stdout.write(f"{line}\n")
        sys.stdout.write("full disks of the server: each stopped the step, and the night came out as undisturbed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
