"""The table of alterations in docs/verifying.md and the tests that make them agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cakupan.audit.verifying import AREAS

pytestmark = pytest.mark.unit
HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/verifying.md"
LINE = re.compile(r"^\| [^|]+ \| `(\w+)` \| ((?:`test_\w+::test_\w+`(?:, )?)+) \|$", re.MULTILINE)


def documented() -> list[tuple[str, list[str]]]:
    """The area of each line of the table, and its tests."""
    return [
        (area, re.findall(r"`(\w+::\w+)`", tests)) for area, tests in LINE.findall(PAGE.read_text(encoding="utf-8"))
    ]


def test_every_test_that_the_page_names_is_there() -> None:
    there = {
        f"{path.stem}::{node.name}"
        for path in HERE.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert {test for _, tests in documented() for test in tests} <= there


def test_every_area_has_a_line() -> None:
    assert {area for area, _ in documented()} == set(AREAS)


def test_every_file_of_alterations_is_named() -> None:
    """A file of tests in which a superuser alters something that verification is then asked about."""
    altering = {
        path.stem
        for path in HERE.glob("test_*.py")
        if re.search(r"\.tamper\(|\balter\(", text := path.read_text(encoding="utf-8")) and " altered(" in text
    }
    named = {test.partition("::")[0] for _, tests in documented() for test in tests}
    assert len(altering) > 5
    assert altering <= named
