"""Where a night's deliveries come from: files of a folder, or stand-ins of the agencies over SFTP, HTTP and SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from cakupan.cli.cities import Wanted
from cakupan.cli.stand_ins import stand_ins
from cakupan.sources.connection import ConnectionSettings, make_source
from cakupan.sources.folder import Folder
from tests.faults.steps_of_a_night import SourceOf

At = Callable[[date], AbstractContextManager[SourceOf]]
"""Opens the sources as they are on a night."""


def folder(city: Path, _: int) -> At:
    """Read the deliveries as files."""

    @contextmanager
    def at(_: date) -> Iterator[SourceOf]:
        yield lambda _: ("folder", Folder(city / "deliveries"))

    return at


def agencies(_: Path, workers: int) -> At:
    """Ask stand-ins of the agencies, each in its own way."""

    @contextmanager
    def at(as_of: date) -> Iterator[SourceOf]:
        with stand_ins(Wanted(workers), as_of) as connections:
            yield lambda agency: (
                connections[agency]["conn_type"],
                make_source(_settings_of(agency, connections[agency])),
            )

    return at


def _settings_of(agency: str, said: dict[str, Any]) -> ConnectionSettings:
    return ConnectionSettings(
        f"agency_{agency}", said["conn_type"], said.get("host"), said.get("port"), said.get("login"),
        said.get("password"), said.get("schema"), said.get("extra", {}),
    )  # fmt: skip


SOURCES: dict[str, Callable[[Path, int], At]] = {"folder": folder, "agencies": agencies}
