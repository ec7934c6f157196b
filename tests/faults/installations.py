"""An installation of its own for a sweep, whose server is killed as well."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cakupan.database import Role, apply_schema, connect, create_database
from cakupan.database.server import Server, embedded
from tests.databases import UNSAFE_BUT_FAST

SERVER = UNSAFE_BUT_FAST | {"synchronous_commit": "on"}
"""A server that is killed itself has promised what it committed; that the machine's disk fails is not tried here."""


def embedded_server() -> Server:
    """The server of this installation, with the settings of the sweep."""
    return Server(embedded().root, SERVER)


def kill_server() -> None:
    """End the server's first process as `kill -9` does; the others notice by and by."""
    os.kill(int((embedded().data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def stop_server_at_once() -> None:
    """Stop the server as one that crashes: what was not committed is gone."""
    embedded_server().stop("immediate")


@contextmanager
def installation() -> Iterator[Path]:
    """A state folder of its own with a running server."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cakupan-faults-")))
        folder.chmod(0o755)
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("CAKUPAN_HOME", str(folder))
        server = embedded_server()
        server.start(Role.ADMIN.password)
        stack.callback(server.stop, "immediate")
        create_database()
        with connect(Role.ADMIN, "template1", autocommit=True) as connection:
            connection.execute("create database test_template")
        with connect(Role.ADMIN, "test_template") as connection:
            apply_schema(connection)
        yield folder
