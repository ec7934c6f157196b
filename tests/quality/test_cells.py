"""The SQL functions, the forms of values and their Python account read every cell alike, and SQL never raises."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cakupan.invisible import DEFAULT_IGNORABLE, is_personal_number
from cakupan.invisible import INVISIBLE as UNSEEN
from cakupan.quality import cells, look_alikes
from cakupan.quality.cells import _SPELLED
from cakupan.quality.compiler import PARSERS
from cakupan.quality.forms import form
from tests.quality.cells_of import BAD_PARSED, MONTHS

BLANKS = st.text(alphabet=cells.WHITE_SPACE + "'", max_size=3)
INVISIBLE = st.text(alphabet=[chr(n) for run in DEFAULT_IGNORABLE for n in run], max_size=2)
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
            f"{day.day}-{day.month}-{day:%y}",
            f"Senin, {day:%d.%m.%Y}",
            f"{day:%d-%b-%Y}",
            f"{day:%Y-%m-%d}T08:00:00+07:00",
            f"{day:%Y/%m/%d} 00:00",
            f"{MONTHS[day.month - 1][:3]}-{day:%y}",
            f"{day.month}/{day.year}",
            f"{day:%Y-%m}",
        ]
    )
)
AMOUNTS = st.from_regex(r"(Rp|IDR)?[.]? ?-?[0-9]{0,3}([.,][0-9]{2,3}){0,3}([.,]?-{0,2}| ?%)", fullmatch=True)
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
        lambda before, unseen, cell, after: before + unseen + cell + unseen + after,
        BLANKS,
        INVISIBLE,
        ANY_TEXT | DIGITS | NUMBERS | AMOUNTS | DAYS | NEAR_DAYS | NIKS | JSON | KNOWN,
        BLANKS,
    ),
    min_size=50,
    max_size=200,
)
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def quoted(pattern: str) -> str:
    """As it stands within quotes in a query that has parameters."""
    return pattern.replace("'", "''").replace("%", "%%")


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
        ("\u200b", None),
        ("DBH\u200bCHT\u00ad", "DBHCHT"),
        ("\u2060 '\ufe0f\u200e 1", "1"),
        ("\u200b'\u200b'1", "'1"),
        (" \u200d ' \U000e0061 ", None),
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
    kinds = [*kinds, ("nik", None)]
    calls += [f"nullif(c ~ '{quoted(form(kind, spelling))}', false)" for kind, spelling in kinds]
    query = f"select {', '.join(calls)} from unnest(%s::text[]) with ordinality as t (c, n) order by n"
    accounts = [*kinds, ("json", None), *kinds]
    for cell, values in zip(kept, database.execute(query, (kept,)).fetchall(), strict=True):
        for (kind, spelling), value in zip(accounts, values, strict=True):
            assert cells.parses(cell, kind, spelling) == (value is not None), (cell, kind, spelling)
            if spelling and not isinstance(value, bool):
                assert _SPELLED[kind, spelling](cell) == value


@pytest.mark.parametrize(
    ("kind", "spelling", "written"),
    [
        ("date", "iso", "to_char(y, 'FM0000') || '-' || to_char(m, 'FM00') || '-' || to_char(d, 'FM00')"),
        ("date", "id", "d || '/' || m || '/' || y"),
        ("date", "id", "d || ' ' || (array['Januari', 'FEBRUARI', 'maret'])[m] || ' ' || y"),
        ("date", "loose", "d || '-' || (array['jan', 'Feb', 'MRT'])[m] || '-' || to_char(mod(y, 100), 'FM00')"),
        ("date", "loose", "y || '/' || m || '/' || d || ' 08:00'"),
        ("month", "iso", "y || to_char(m, 'FM00')"),
        ("nik", None, "'357901' || to_char(d, 'FM00') || to_char(100 * m + mod(y, 100), 'FM0000') || '0001'"),
        (
            "nik",
            None,
            "'357901' || to_char(d + 40, 'FM00') || to_char(100 * m + mod(y, 100), 'FM0000') || '0000'",
        ),
        (
            "nik",
            None,
            "'357901' || to_char(d + 40, 'FM00') || to_char(100 * m + mod(y, 100), 'FM0000') || '0100'",
        ),
    ],
    ids=["iso", "id", "id named", "loose", "loose with time", "month", "man", "serial of noughts", "woman"],
)
def test_the_form_of_a_date_knows_every_day_and_no_other(
    database: psycopg.Connection[Any], kind: str, spelling: str | None, written: str
) -> None:
    """Each day of each month of each year, and those around them that no calendar has."""
    reads = "quality.is_nik(cell)" if kind == "nik" else f"quality.to_{kind}_{spelling}(cell) is not null"
    query = (
        f"with written as (select {written} as cell from generate_series(1899, 2100) as y,"
        " generate_series(0, 13) as m, generate_series(0, 32) as d)"
        f" select count(*) filter (where {reads}), array_agg(cell) filter (where {reads} <> (cell ~ %s))"
        " from written where cell is not null"
    )
    good, otherwise = database.execute(query, (form(kind, spelling),)).fetchone() or (0, [])
    assert otherwise is None and (good > 0 or written.endswith("'0000'"))


def test_every_character_that_nobody_sees_is_nothing_in_both(database: psycopg.Connection[Any]) -> None:
    """Each code point there is, but for surrogates and NUL."""
    query = (
        "select array_agg(n order by n) from generate_series(1, 1114111) as n"
        " where n not between 55296 and 57343 and quality.visible(chr(n)) = ''"
    )
    (found,) = database.execute(query).fetchone() or ([],)
    assert found == [n for n in range(1, 0x110000) if not 0xD800 <= n <= 0xDFFF and UNSEEN.fullmatch(chr(n))]


@pytest.mark.parametrize("pattern", [look_alikes.CODE, look_alikes.TEXT])
def test_both_know_the_same_letters(database: psycopg.Connection[Any], pattern: str) -> None:
    query = (
        "select array_agg(n order by n) from generate_series(1, 1114111) as n"
        " where n not between 55296 and 57343 and chr(n) !~ %s"
    )
    (found,) = database.execute(query, (pattern,)).fetchone() or ([],)
    plain = re.compile(pattern)
    assert found == [n for n in range(1, 0x110000) if not 0xD800 <= n <= 0xDFFF and not plain.fullmatch(chr(n))]


@SLOW
@given(found=st.lists(st.tuples(DIGITS | ANY_TEXT, NIKS, DIGITS | ANY_TEXT), min_size=50))
def test_both_find_a_personal_number_alike(
    database: psycopg.Connection[Any], found: list[tuple[str, str, str]]
) -> None:
    texts = [before + nik + after for before, nik, after in found]
    query = (
        "select quality.has_personal_number(c), quality.masked(c, 'X')"
        " from unnest(%s::text[]) with ordinality as t (c, n) order by n"
    )
    for text, (has, masked) in zip(texts, database.execute(query, (texts,)).fetchall(), strict=True):
        expected = re.sub(
            "(?<![0-9])[0-9]{16}(?![0-9])", lambda run: "X" * 16 if is_personal_number(run[0]) else run[0], text
        )
        assert (has, masked) == (expected != text, expected)


@pytest.mark.parametrize(
    ("kind", "spelling", "cell", "value"),
    [
        ("date", "loose", "9-9-25", date(2025, 9, 9)),
        ("date", "loose", "09-Sep-1965", date(1965, 9, 9)),
        ("date", "loose", "31.12.65", date(1965, 12, 31)),
        ("date", "loose", "Selasa, 9 September 2025", date(2025, 9, 9)),
        ("date", "loose", "JUM'AT, 12-09-2025", date(2025, 9, 12)),
        ("date", "loose", "Batu, 9 September 2025", None),
        ("date", "loose", "2025-09-09T23:59:59Z", date(2025, 9, 9)),
        ("date", "loose", "13/31/2025", None),
        ("date", "loose", "9 Sepuluh 2025", None),
        ("month", "loose", "Sep-25", date(2025, 9, 1)),
        ("month", "loose", "Agt 2025", date(2025, 8, 1)),
        ("month", "loose", "9/2025", date(2025, 9, 1)),
        ("month", "loose", "2025-09", date(2025, 9, 1)),
        ("month", "loose", "13/2025", None),
        ("rupiah", "loose", "Rp 1.500.000,-", 1500000),
        ("rupiah", "loose", "Rp. 16.800,00", 16800),
        ("rupiah", "loose", "Rp -", 0),
        ("rupiah", "loose", "1,500,000", None),
        ("rupiah", "loose", "Rp", None),
        ("rupiah", "en", "1,500,000.00", 1500000),
        ("rupiah", "en", "1.500.000", None),
        ("decimal", "loose", "12,5 %", Decimal("12.5")),
        ("decimal", "en", "12.5%", Decimal("12.5")),
    ],
)
def test_what_people_type(
    database: psycopg.Connection[Any], kind: str, spelling: str, cell: str, value: object
) -> None:
    function = PARSERS[kind].format(spelling)
    assert database.execute(f"select quality.{function}(%s)", (cell,)).fetchone() == (value,)
    assert _SPELLED[kind, spelling](cell) == value
