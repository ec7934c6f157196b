"""The table of rooms in docs/architecture.md names every room and file that it should, and none that is gone."""

from __future__ import annotations

import re

from cakupan import settings

LIBRARY = settings.PROJECT / "src" / "cakupan"
TABLE = (settings.PROJECT / "docs" / "architecture.md").read_text().split("## Where is X?")[1].split("\n## ")[0]
ROOMS, ELSEWHERE, ANSWERS = re.findall(r"(?:^\|.*\n)+", TABLE, re.MULTILINE)
FILE = re.compile(r"`([a-z_]+\.(?:py|j2|html\.j2|typ))`")


def named(row: str) -> list[str]:
    """The rooms of a row: what its first cell names."""
    return [name.rstrip("/") for name in re.findall(r"`([a-z_./]+)`", row.split("|")[1])]


def test_every_room_is_named_and_none_that_is_gone() -> None:
    there = {path.name for path in LIBRARY.iterdir() if not path.name.startswith("__")}
    rooms = [name for row in ROOMS.splitlines()[2:] for name in named(row)]
    assert sorted(rooms) == sorted(there)


def test_every_file_named_lies_in_its_room() -> None:
    for row in ROOMS.splitlines()[2:]:
        folder = LIBRARY / named(row)[0]
        files = FILE.findall(row.split("|", 2)[2])
        assert [name for name in files if not (folder / name).is_file()] == [], row


def test_every_path_elsewhere_is_there() -> None:
    paths = [path for row in ELSEWHERE.splitlines()[2:] for path in named(row)]
    assert len(paths) >= 15
    assert [path for path in paths if not (settings.PROJECT / path).exists()] == []


def test_every_file_of_an_answer_is_there() -> None:
    files = re.findall(r"`([a-z_]+/[a-z_]+\.(?:py|yml))`", ANSWERS)
    assert len(files) > 4
    roots = (settings.PROJECT, LIBRARY)
    assert [name for name in files if not any((root / name).is_file() for root in roots)] == []
