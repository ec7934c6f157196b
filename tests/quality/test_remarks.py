"""What is noticed of a delivery, told, and holds nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cakupan.feeds import Feed
from cakupan.quality import release
from tests.quality.deliveries import Warehouse, feed_called, nights_on, remarks, rows

BUDGET, ORDERS = feed_called("sipd.anggaran"), feed_called("sipd.sp2d")


def paid(feed: Feed, numbers: range, payer: str, amount: str = "1.000.000,00") -> list[dict[str, Any]]:
    return [{**row, "sumber_dana": payer, str(feed.amount): amount} for row in rows(feed, numbers)]


class TestPayers:
    @pytest.mark.parametrize("feed", [BUDGET, ORDERS], ids=["budget", "orders"])
    def test_a_payer_never_seen_before(self, warehouse: Warehouse, feed: Feed) -> None:
        first = warehouse.land(feed, paid(feed, range(20), "DBHCHT"))
        more = [*paid(feed, range(20), "DBHCHT"), *paid(feed, range(20, 22), "XYZ", "2.500.000")]
        second = warehouse.land(feed, more, nights_on(1))
        third = warehouse.land(feed, more, nights_on(2))
        assert [outcome.status for outcome in warehouse.validate(feed)] == ["ACCEPTED"] * 3
        assert remarks(warehouse, first) == [] and remarks(warehouse, third) == []
        ((code, column, value, count, amount, indonesian, english),) = remarks(warehouse, second)
        assert (code, column, value, count, amount) == ("NEW_FUNDING_SOURCE", "sumber_dana", "XYZ", 2, 5_000_000)
        for text, rupiah in ((indonesian, "Rp 5.000.000"), (english, "Rp 5,000,000")):
            assert "20250910" in text and "SUMBER DANA" in text and rupiah in text and "XYZ" not in text
        assert "First: row 22" in english and "Pertama: baris 22" in indonesian

    def test_what_was_never_let_in_is_still_new(self, warehouse: Warehouse) -> None:
        warehouse.land(ORDERS, paid(ORDERS, range(20), "DAU"))
        broken = [{**row, "no_sk": " "} for row in paid(ORDERS, range(20, 21), "XYZ")]
        held = paid(ORDERS, range(5), "XYZ")
        warehouse.land(ORDERS, paid(ORDERS, range(20), "DAU") + broken, nights_on(1))
        warehouse.land(ORDERS, held, nights_on(2))
        newest = warehouse.land(
            ORDERS, paid(ORDERS, range(19), "DAU") + paid(ORDERS, range(20, 21), "XYZ"), nights_on(3)
        )
        assert [o.status for o in warehouse.validate(ORDERS)] == ["ACCEPTED", "ACCEPTED", "HELD", "ACCEPTED"]
        assert [(code, value) for code, _, value, *_ in remarks(warehouse, newest)] == [("NEW_FUNDING_SOURCE", "XYZ")]

    def test_a_corrected_file_of_the_date_says_it_again(self, warehouse: Warehouse) -> None:
        warehouse.land(ORDERS, paid(ORDERS, range(20), "DAU"))
        for _ in range(2):
            newest = warehouse.land(ORDERS, paid(ORDERS, range(20), "PAJAK ROKOK"), nights_on(1))
        warehouse.validate(ORDERS)
        assert [value for _, _, value, *_ in remarks(warehouse, newest)] == ["PAJAK ROKOK"]

    def test_a_payer_that_comes_back_is_known(self, warehouse: Warehouse) -> None:
        for day, payer in enumerate(["DAU", "'PAD ", "DAU", "PAD"]):
            newest = warehouse.land(ORDERS, paid(ORDERS, range(20), payer), nights_on(day))
        warehouse.validate(ORDERS)
        assert remarks(warehouse, newest) == []


def test_a_billing_code_of_another_form(warehouse: Warehouse) -> None:
    found = paid(ORDERS, range(20), "DAU")
    for row, code in zip(found, ["2,5E+11", "25900000001", None, "259000000012", " "], strict=False):
        row["kode_billing"] = code
    for row in found[5:]:
        row["kode_billing"] = "259000000099"
    delivery = warehouse.land(ORDERS, found)
    (outcome,) = warehouse.validate(ORDERS)
    assert (outcome.status, outcome.accepted_rows) == ("ACCEPTED", 20)
    ((code, column, value, count, amount, indonesian, english),) = remarks(warehouse, delivery)
    assert (code, column, value, count, amount) == ("BILLING_CODE_MALFORMED", "kode_billing", None, 2, 2_000_000)
    assert "KODE BILLING has 12 digits" in english and "First: row 2" in english and "sp2d_20250909.csv" in english
    assert "12 angka" in indonesian and "E+11" not in indonesian + english


def test_remarks_come_along_with_a_release(warehouse: Warehouse) -> None:
    warehouse.land(ORDERS, paid(ORDERS, range(20), "DAU"))
    small = warehouse.land(ORDERS, paid(ORDERS, range(5), "XYZ"), nights_on(1))
    warehouse.validate(ORDERS)
    before = remarks(warehouse, small)
    release(warehouse.connection, small, "Sari", "benar")
    assert len(before) == 1 and remarks(warehouse, small) == before


class TestTotals:
    """A total row is held against the rows above it, as they were delivered."""

    @staticmethod
    def told(warehouse: Warehouse, *totals: tuple[str, int, str]) -> list[tuple[Any, ...]]:
        """Of four rows of a million in two sheets, the second with a row that breaks a rule."""
        found = paid(BUDGET, range(4), "DAU")
        for sheet, number, row in zip(("A", "A", "B", "B"), (6, 7, 6, 9), found, strict=True):
            row |= {"sheet": sheet, "row_number": number}
        found += [
            {**row, "sheet": "A", "row_number": 20 + n} for n, row in enumerate(paid(BUDGET, range(10, 40), "DAU", "0"))
        ]
        found[3]["no_dpa"] = " "
        stated = [{"sheet": s, "row": n, "column": "pagu", "amount": text} for s, n, text in totals]
        delivery = warehouse.land(BUDGET, found, totals=json.dumps(stated))
        (outcome,) = warehouse.validate(BUDGET)
        assert (outcome.status, outcome.quarantined_rows) == ("ACCEPTED", 1)
        return remarks(warehouse, delivery)

    @pytest.mark.parametrize(
        "totals",
        [
            [("A", 8, "2.000.000,00"), ("B", 10, "2000000")],
            [("A", 7, "1.000.000"), ("A", 8, "1.000.000"), ("A", 9, "2.000.000")],
            [],
        ],
        ids=["by sheet", "sections and their total", "no total"],
    )
    def test_totals_that_agree(self, warehouse: Warehouse, totals: list[tuple[str, int, str]]) -> None:
        assert self.told(warehouse, *totals) == []

    def test_a_total_that_disagrees(self, warehouse: Warehouse) -> None:
        ((code, column, _, count, amount, indonesian, english),) = self.told(warehouse, ("B", 10, "3.500.000,00"))
        assert (code, column, count, amount) == ("TOTAL_DISAGREES", "pagu", 2, 1_500_000)
        assert "sheet 'B' row 10, column PAGU" in english and "3,500,000" in english and "sum to 2,000,000" in english
        assert "lembar 'B' baris 10, kolom PAGU" in indonesian and "3.500.000" in indonesian
        assert "anggaran_20250909.xlsx" in english and "Badan Keuangan" in indonesian
        stated = warehouse.connection.execute("select expected_idr, actual_idr from quality.remark").fetchall()
        assert stated == [(3_500_000, 2_000_000)]

    def test_a_total_that_is_no_number(self, warehouse: Warehouse) -> None:
        ((code, _, _, _, amount, indonesian, english),) = self.told(warehouse, ("A", 8, "#REF!"))
        assert (code, amount) == ("TOTAL_DISAGREES", None)
        assert "is no number" in english and "bukan bilangan" in indonesian and "REF" not in english
