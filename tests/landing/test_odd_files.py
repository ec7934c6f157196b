"""Whatever a file holds, it is read as another reader reads it, or refused, or its records are set aside."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.landing.odd_files import FEEDS, PIECES, Edit, edited, made
from tests.landing.second_reader import differences

TEXTS = [
    "",
    " ",
    "a",
    '"',
    '""',
    "a\nb",
    "a\r\nb",
    "'0012",
    "\\N",
    "\\.",
    "#N/A",
    "1.234,50",
    "é",
    " x ",
    "\u200b",
    "=1+1",
]
EXAMPLES = int(os.environ.get("CAKUPAN_TEST_EXAMPLES", "25"))
"""Of each feed; more look longer."""
SAME = "CAKUPAN_TEST_EXAMPLES" not in os.environ
"""Files that are made anew each time are for who looks for something; the suite tries the same ones."""
TYPED: dict[str, list[Any]] = {
    "csv": [],
    "json": [None, 0, -1, 1.5, 1e22, 10**25, True, [], {}, {"a": 1.0}, "\0"],
    "xlsx": [None, 0, -1.25, 3579010704753420, 1e16, 0.1, True, date(2025, 2, 5), "_x000D_"],
}


def edits(kind: str) -> st.SearchStrategy[list[Edit]]:
    parts = st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3, 4, 5]) if kind == "xlsx" else st.just(0)
    each = st.builds(Edit, parts, st.floats(0, 1), st.integers(0, 2), st.sampled_from(PIECES[kind]))
    return st.lists(each, max_size=2)


@pytest.mark.parametrize("name", FEEDS)
def test_what_is_accepted_is_what_another_reader_reads(name: str, feed: Any, tmp_path: Path) -> None:
    declared = feed(name)
    kind = declared.format.kind
    row = st.tuples(*[st.sampled_from([*TEXTS, *TYPED[kind]])] * len(declared.columns))
    path = tmp_path / "f"

    @settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, derandomize=SAME)
    @given(st.lists(row, min_size=1, max_size=5), edits(kind))
    def holds(rows: list[tuple[Any, ...]], changes: list[Edit]) -> None:
        path.write_bytes(edited(declared, made(declared, rows), changes))
        assert differences(declared, path) == []

    holds()
