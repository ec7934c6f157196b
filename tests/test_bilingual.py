"""Texts in two languages, and what each language makes of numbers, dates, lists and plurals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cakupan.bilingual import (
    NOTHING,
    Text,
    counted,
    day,
    joined,
    listed,
    local,
    month_names,
    number,
    per_cent,
    rows,
    rupiah,
)

A, B, C = Text("satu", "one"), Text("dua", "two"), Text("tiga", "three")


def test_a_text_is_shown_in_the_language_asked_for() -> None:
    assert A.in_language("id") == "satu"
    assert A.in_language("en") == "one"


@pytest.mark.parametrize(
    ("written", "indonesian", "english"),
    [
        (number(1234567), "1.234.567", "1,234,567"),
        (number(-1234), "-1.234", "-1,234"),
        (number(0), "0", "0"),
        (number(Decimal("1234.5678")), "1.234,5678", "1,234.5678"),
        (per_cent(0.125), "12,50 %", "12.50 %"),
        (per_cent(0.96745), "96,75 %", "96.75 %"),
        (per_cent(Decimal("0.4166667")), "41,67 %", "41.67 %"),
        (per_cent(0.05, least=0, most=4), "5 %", "5 %"),
        (per_cent(0.0500031, least=0, most=4), "5,0003 %", "5.0003 %"),
        (rupiah(1234567), "Rp1.234.567", "Rp1,234,567"),
        (rows(1), "1 baris", "1 row"),
        (rows(0), "0 baris", "0 rows"),
        (rows(1200), "1.200 baris", "1,200 rows"),
        (counted(2, Text("berkas", "delivery"), "deliveries"), "2 berkas", "2 deliveries"),
        (day(date(2025, 5, 9)), "9 Mei 2025", "9 May 2025"),
        (day(date(2025, 12, 31)), "31 Desember 2025", "31 December 2025"),
        (listed([A]), "satu", "one"),
        (listed([A, B]), "satu dan dua", "one and two"),
        (listed([A, B, C]), "satu, dua, dan tiga", "one, two and three"),
        (joined([A, NOTHING, B]), "satu dua", "one two"),
        (joined([A, B], "; "), "satu; dua", "one; two"),
        (Text("{} dari {n}", "{} of {n}").format(A, n=number(1000)), "satu dari 1.000", "one of 1,000"),
    ],
)
def test_each_language_writes_in_its_own_way(written: Text, indonesian: str, english: str) -> None:
    assert (written.id, written.en) == (indonesian, english)


def test_a_moment_is_told_in_the_citys_time() -> None:
    assert local(datetime(2025, 9, 9, 18, 30, tzinfo=UTC)) == "2025-09-10 01:30 WIB"


def test_months_begin_with_january() -> None:
    assert month_names("id")[:2] == ("Januari", "Februari")
    assert month_names("en")[11] == "December"


def test_only_a_text_that_says_something_counts_as_one() -> None:
    assert not NOTHING
    assert Text("", "x")
