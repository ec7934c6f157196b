"""The SQL functions and their Python account read every cell alike, and SQL never raises."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cakupan.quality import cells
from cakupan.quality.cells import _SPELLED
from cakupan.quality.compiler import PARSERS
from tests.quality.cells_of import BAD_PARSED, MONTHS

BLANKS = st.text(alphabet=cells.WHITE_SPACE + "'", max_size=3)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
DIGITS = st.text(alphabet="0123456789", max_size=17)
NUMBERS = st.from_regex(r"-?[0-9]{0,4}([.,][0-9]{0,4}){0,5}", fullmatch=True)
DAYS = st.dates().flatmap(
    lambda day: st.sampled_from(
        [
            f"{day:%Y-%m-%d}",
            f"{day:%d/%m/%Y}",
            f"{day.day}/{day.month}/{day.year}",
            f"{day.day} {MONTHS[day.month - 1].upper()} {day.year}",
            f"{day.day:02d}  {MONTHS[day.month - 1]} {day.year}",
            f"{MONTHS[day.month - 1].lower()} {day.year}",
            f"{day:%Y%m}",
            f"{day.year}",
        ]
    )
)
NEAR_DAYS = st.from_regex(r"[0-9]{1,4}[-/ ][0-9]{1,2}[-/ ][0-9]{1,4}", fullmatch=True)
NIKS = st.builds(
    lambda region, day, month, rest: f"{region:06d}{day:02d}{month:02d}{rest:06d}",
    st.integers(0, 999999),
    st.integers(0, 75),
    st.integers(0, 13),
    st.integers(0, 999999),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**20) | st.text(alphabet="ab \"'é", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="ab", max_size=2), inner, max_size=2),
    max_leaves=6,
).map(json.dumps)
KNOWN = st.sampled_from([cell for listed in BAD_PARSED.values() for cell in listed])
CELLS = st.lists(
    st.builds(
        lambda before, cell, after: before + cell + after,
        BLANKS,
        ANY_TEXT | DIGITS | NUMBERS | DAYS | NEAR_DAYS | NIKS | JSON | KNOWN,
        BLANKS,
    ),
    min_size=50,
    max_size=200,
)
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def test_white_space_is_the_same(database: psycopg.Connection[Any]) -> None:
    (blanks,) = database.execute("select quality.white_space()").fetchone() or ("",)
    assert sorted(blanks) == sorted(cells.WHITE_SPACE)


@pytest.mark.parametrize(
    ("cell", "normal"),
    [
        (None, None),
        ("", None),
        (" \t\u00a0\ufeff ", None),
        ("'", None),
        ("' '", "'"),
        ("''3579", "'3579"),
        (" '\u00a0 a b \u202f", "a b"),
        ("a'", "a'"),
        ("\u200b", "\u200b"),
    ],
)
def test_normal_form(database: psycopg.Connection[Any], cell: str | None, normal: str | None) -> None:
    assert database.execute("select quality.normal(%s)", (cell,)).fetchone() == (normal,)
    assert cells.normal(cell) == normal


@SLOW
@given(found=CELLS)
def test_both_clean_a_cell_alike(database: psycopg.Connection[Any], found: list[str]) -> None:
    query = (
        "select quality.normal(c), quality.normal_nik(c) from unnest(%s::text[]) with ordinality as t (c, n) order by n"
    )
    assert database.execute(query, (found,)).fetchall() == [(cells.normal(c), cells.normal_nik(c)) for c in found]


@SLOW
@given(found=CELLS)
def test_both_read_a_cell_alike(database: psycopg.Connection[Any], found: list[str]) -> None:
    kept = [cell for cell in map(cells.normal, found) if cell]
    kinds = [(kind, spelling) for kind, spelling in _SPELLED] + [("year", None)]
    calls = [f"quality.{PARSERS[kind].format(spelling)}(c)" for kind, spelling in kinds]
    calls += ["nullif(quality.is_nik(c), false)", "nullif(quality.to_json(c) is not null, false)"]
    query = f"select {', '.join(calls)} from unnest(%s::text[]) with ordinality as t (c, n) order by n"
    for cell, values in zip(kept, database.execute(query, (kept,)).fetchall(), strict=True):
        for (kind, spelling), value in zip([*kinds, ("nik", None), ("json", None)], values, strict=True):
            assert cells.parses(cell, kind, spelling) == (value is not None), (cell, kind, spelling)
            if spelling:
                assert _SPELLED[kind, spelling](cell) == value
