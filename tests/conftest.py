"""What every test shares: one embedded PostgreSQL per session, a fresh database per test."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cakupan.database import Role, apply_schema, connect, create_database
from cakupan.database.server import Server, embedded

# A test's data is worth nothing: let the disk rest.
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
_names = (f"test_{number}" for number in itertools.count())


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
def database_name(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh warehouse database with the fixed schemas; connect() goes to it."""
    name = next(_names)
    with connect(Role.ADMIN, "postgres", autocommit=True) as admin:
        admin.execute(f"create database {name} template test_template")
        monkeypatch.setenv("CAKUPAN_PG_DATABASE", name)
        yield name
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(database_name: str) -> Iterator[psycopg.Connection]:
    """A connection as the loader to a fresh warehouse."""
    with connect(Role.LOADER) as connection:
        yield connection
