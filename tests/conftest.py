"""What every test shares: one embedded PostgreSQL per process, a fresh database per test, and the group it is in."""

from __future__ import annotations

import contextlib
import gc
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from xdist.scheduler import LoadScopeScheduling

from cakupan.database import Role, apply_schema, connect, create_database
from cakupan.database.server import Server, embedded
from tests.databases import UNSAFE_BUT_FAST, copy_of

GROUPS = ("night", "warehouse", "unit")
"""What a test needs, the slowest first: whole nights, dbt or Airflow; the embedded PostgreSQL; nothing."""
NIGHTLY_FOLDERS = {"night", "dags", "warehouse"}
BUILT = {
    "nights", "new_installation", "installations", "bag", "told", "held",
    "warehouse", "turned", "young", "dbt_environment",
}  # fmt: skip
"""Fixtures of those folders behind which dbt or Airflow runs."""
SHARED = {"night", "warehouse"}
"""Folders whose files share one installation, or one warehouse, of several nights."""
OF_THEIR_OWN = {
    "test_archive_step.py", "test_simulated_city.py", "test_stand_ins.py",
    "test_never_delivered.py", "test_project.py", "test_year_end.py",
}  # fmt: skip
"""Files of those folders that need nothing of it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test its one group, unless it names it itself, and the longest their turn first."""
    for item in items:
        named = [group for group in GROUPS if item.get_closest_marker(group)]
        if not named:
            item.add_marker(_group(item))
        elif len(named) > 1:
            raise pytest.UsageError(f"{item.nodeid} is in more than one group: {', '.join(named)}")
    if hasattr(config, "workerinput"):  # in parallel the longest come first, so that no worker is left alone with one
        items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Keep Python from looking through all tests and all imported code again and again for what nobody needs."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _turn(item: pytest.Item) -> tuple[int, bool]:
    group = next(number for number, name in enumerate(GROUPS) if item.get_closest_marker(name))
    return group, item.path.parent.name not in SHARED or item.path.name in OF_THEIR_OWN


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name no test by packed bytes: they hold the moment they were made, and every process must find the same tests."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


def _group(item: pytest.Item) -> str:
    fixtures = set(item.fixturenames)  # also those that its fixtures ask for
    if item.path.parent.name in NIGHTLY_FOLDERS and fixtures & BUILT:
        return "night"
    return "warehouse" if fixtures & {"installation", "manifest"} else "unit"  # dbt reads the project for a manifest


class Together(LoadScopeScheduling):
    """Hands the tests of a file to one process, and so those of all files that share a warehouse of several nights."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.split("::", maxsplit=1)[0])
        return path.parent.name if path.parent.name in SHARED and path.name not in OF_THEIR_OWN else str(path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


@pytest.fixture(autouse=True)
def _a_unit_test_needs_no_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the group: what starts PostgreSQL in this process is no unit test."""

    def refuse(*_: object) -> None:
        raise AssertionError("a unit test starts no server: ask for the fixture `database` or mark it `warehouse`")

    if request.node.get_closest_marker("unit"):
        monkeypatch.setattr(Server, "start", refuse)


@pytest.fixture(scope="session")
def public_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders that the server's own account may enter, which pytest's are not; all go in the end."""
    with contextlib.ExitStack() as folders:

        def make() -> Path:
            folder = Path(folders.enter_context(tempfile.TemporaryDirectory(prefix="cakupan-test-")))
            folder.chmod(0o755)
            return folder

        yield make


@pytest.fixture(scope="session")
def installation(public_folder: Callable[[], Path]) -> Iterator[Path]:
    """A CAKUPAN_HOME of its own with a running server."""
    home = public_folder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAKUPAN_HOME", str(home))
        server = Server(embedded().root, UNSAFE_BUT_FAST)
        server.start(Role.ADMIN.password)
        create_database()
        with connect(Role.ADMIN, "template1", autocommit=True) as connection:
            connection.execute("create database test_template")
        with connect(Role.ADMIN, "test_template") as connection:
            apply_schema(connection)
        yield home
        server.stop("immediate")


@pytest.fixture
def database_name(installation: Path) -> Iterator[str]:
    """A fresh warehouse database with the fixed schemas; connect() goes to it."""
    with copy_of("test_template") as name:
        yield name


@pytest.fixture
def database(database_name: str) -> Iterator[psycopg.Connection]:
    """A connection as the loader to a fresh warehouse."""
    with connect(Role.LOADER) as connection:
        yield connection
