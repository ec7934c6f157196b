from datetime import date, datetime
from decimal import Decimal

import pytest

from cakupan.feeds import Column
from cakupan.landing.spelling import canonical_json, spell_date_for, spell_number, spell_number_for


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3579010704753420.0, "3579010704753420"),
        (12345678901234567890.0, "12345678901234567000"),
        (5300000.0, "5300000"),
        (0.84, "0.84"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (-12.5, "-12.5"),
        (1e-7, "0.0000001"),
        (7, "7"),
        (Decimal("420000000.00"), "420000000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.1"),
        (Decimal("1E+999999"), "1E+999999"),
        (Decimal("1E-999999"), "1E-999999"),
    ],
)
def test_numbers_have_neither_exponent_nor_needless_decimals(value, text):
    assert spell_number(value) == text


@pytest.mark.parametrize(
    ("name", "type_", "text"),
    [
        ("distan.kelompok_tani", "decimal", "0,84"),
        ("distan.kelompok_tani", "text", "0.84"),
        ("bpjstk.target", "decimal", "0.84"),
    ],
)
def test_a_number_has_a_decimal_comma_where_its_parser_expects_one(feed, name, type_, text):
    column = Column(name="c", header="C", type=type_, about="x")
    assert spell_number_for(feed(name), column, 0.84) == text


@pytest.mark.parametrize(
    ("name", "type_", "text"),
    [
        ("distan.permohonan_bantuan", "date", "09/05/2025"),
        ("bpjstk.semesta", "date", "2025-05-09"),
        ("disnaker.penerima_dbhcht", "month", "Mei 2025"),
        ("bpjstk.iuran", "month", "202505"),
    ],
)
def test_a_date_is_spelled_as_the_feed_does(feed, name, type_, text):
    column = Column(name="c", header="C", type=type_, about="x")
    assert spell_date_for(feed(name), column, date(2025, 5, 9)) == text
    assert spell_date_for(feed(name), column, datetime(2025, 5, 9, 8, 0)) == text


def test_canonical_json_is_compact_sorted_and_exact():
    value = {"b": [Decimal("420000000.00"), Decimal("0.10"), None, True], "a": {"z": "é\n", "y": 1}}
    assert canonical_json(value) == '{"a":{"y":1,"z":"é\\n"},"b":[420000000,0.1,null,true]}'
