"""Every code that holds, rejects or remarks on a delivery says so in two languages: which file, where, what next."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from psycopg import sql

from cakupan import settings
from cakupan.quality.suite import load_suite, read_suite
from tests.quality.deliveries import FEEDS, Warehouse, feed_called, nights_on, remarks, rows

ORDERS, BUDGET, POSTED = (feed_called(name) for name in ("sipd.sp2d", "sipd.anggaran", "bpjstk.iuran"))
Told = tuple[str, str]
"""Indonesian and English."""


def orders(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{**row, "kode_billing": None} for row in rows(ORDERS, range(count), sumber_dana="DAU", **changes)]


def reason(warehouse: Warehouse, delivery: int, code: str) -> Told:
    current = warehouse.current(delivery)
    assert current["reason_code"] == code
    return current["reason_id"], current["reason_en"]


def remark(warehouse: Warehouse, delivery: int, code: str) -> Told:
    ((_, *_, indonesian, english),) = [found for found in remarks(warehouse, delivery) if found[0] == code]
    return indonesian, english


def no_rows(warehouse: Warehouse) -> Told:
    delivery = warehouse.land(ORDERS, [])
    warehouse.validate(ORDERS)
    return reason(warehouse, delivery, "NO_ROWS")


def nothing_accepted(warehouse: Warehouse) -> Told:
    delivery = warehouse.land(ORDERS, orders(3, no_sk=" "))
    warehouse.validate(ORDERS)
    return reason(warehouse, delivery, "NOTHING_ACCEPTED")


def row_loss(warehouse: Warehouse) -> Told:
    warehouse.land(ORDERS, orders(20), nights_on(-1))
    delivery = warehouse.land(ORDERS, [*orders(12), orders(13, no_sk=" ")[12]])
    warehouse.validate(ORDERS)
    return reason(warehouse, delivery, "ROW_LOSS")


def quarantine_share(warehouse: Warehouse) -> Told:
    delivery = warehouse.land(ORDERS, [*orders(3, no_sk=" "), *orders(20)[3:]])
    warehouse.validate(ORDERS)
    return reason(warehouse, delivery, "QUARANTINE_SHARE")


def old_period(warehouse: Warehouse) -> Told:
    warehouse.land(ORDERS, orders(5, tgl_sp2d="01/09/2025"), nights_on(-1))
    delivery = warehouse.land(ORDERS, orders(5, tgl_sp2d="01/09/2024"))
    warehouse.validate(ORDERS)
    return reason(warehouse, delivery, "OLD_PERIOD")


def all_repeated(warehouse: Warehouse) -> Told:
    warehouse.land(POSTED, rows(POSTED, range(5)))
    delivery = warehouse.land(POSTED, rows(POSTED, range(3)), nights_on(1))
    warehouse.validate(POSTED)
    assert remark(warehouse, delivery, "ALL_REPEATED") == reason(warehouse, delivery, "ALL_REPEATED")
    return remark(warehouse, delivery, "ALL_REPEATED")


def new_payer(warehouse: Warehouse) -> Told:
    warehouse.land(ORDERS, orders(5), nights_on(-1))
    delivery = warehouse.land(ORDERS, [*orders(4), {**orders(5)[4], "sumber_dana": "RAHASIA"}])
    warehouse.validate(ORDERS)
    return remark(warehouse, delivery, "NEW_FUNDING_SOURCE")


def total(warehouse: Warehouse) -> Told:
    totals = [{"sheet": "DPA", "row": 9, "column": "pagu", "amount": "5"}]
    found = [{**row, "sheet": "DPA"} for row in rows(BUDGET, range(3))]
    delivery = warehouse.land(BUDGET, found, totals=json.dumps(totals))
    warehouse.validate(BUDGET)
    return remark(warehouse, delivery, "TOTAL_DISAGREES")


def billing(warehouse: Warehouse) -> Told:
    delivery = warehouse.land(ORDERS, [*orders(4), {**orders(5)[4], "kode_billing": "RAHASIA"}])
    warehouse.validate(ORDERS)
    return remark(warehouse, delivery, "BILLING_CODE_MALFORMED")


def checks_disagree(warehouse: Warehouse) -> Told:
    delivery = warehouse.land(ORDERS, [*orders(3, no_sk=" "), *orders(60)[3:]])
    with patch("cakupan.quality.compiler.careful", return_value=sql.SQL("false")):
        warehouse.validate(ORDERS)
    return reason(warehouse, delivery, "CHECKS_DISAGREE")


CODES: dict[str, tuple[Callable[[Warehouse], Told], tuple[str, ...], tuple[str, ...]]] = {
    "NO_ROWS": (no_rows, ("sp2d_20250909.csv",), ()),
    "NOTHING_ACCEPTED": (nothing_accepted, ("sp2d_20250909.csv", "NO SK"), ("row 2",)),
    "ROW_LOSS": (row_loss, ("sp2d_20250909.csv", "NO SK"), ("row 14", "13 rows", "20 rows")),
    "QUARANTINE_SHARE": (quarantine_share, ("sp2d_20250909.csv", "NO SK"), ("row 2",)),
    "OLD_PERIOD": (old_period, ("sp2d_20250909.csv", "TGL SP2D", "1 September 2024", "1 September 2025"), ()),
    "CHECKS_DISAGREE": (checks_disagree, ("sp2d_20250909.csv", "sipd.sp2d.no_sk.given", "NO SK"), ("rows",)),
    "ALL_REPEATED": (all_repeated, ("iuran_20250910.csv.gz", "9 September 2025"), ("rows",)),
    "NEW_FUNDING_SOURCE": (new_payer, ("sp2d_20250909.csv", "SUMBER DANA"), ("row 6",)),
    "TOTAL_DISAGREES": (total, ("anggaran_20250909.xlsx", "PAGU"), ("sheet 'DPA'", "row 9")),
    "BILLING_CODE_MALFORMED": (billing, ("sp2d_20250909.csv", "KODE BILLING"), ("row 6",)),
}
INDONESIAN = {"row ": "baris ", "sheet ": "lembar ", "rows": "baris"}


def test_every_code_there_is_has_its_text() -> None:
    on_deliveries = {rule.meta.code for rule in read_suite(settings.EXPECTATIONS / "delivery.yml").expectations}
    on_rows = {rule.meta.code for feed in FEEDS for rule in load_suite(feed).row_rules}
    source = (settings.PROJECT / "src/cakupan/quality").glob("*.py")
    written = {
        code for path in source for code in re.findall(r'code="([A-Z_]+)"|= "([A-Z]+_[A-Z_]+)"', path.read_text())
    }
    named = {word for pair in written for word in pair if word} - {"RELEASED"}
    assert named <= set(CODES)
    assert (on_deliveries | on_rows) - {None} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_it_says_where_and_what_to_do_and_no_cell(warehouse: Warehouse, code: str) -> None:
    make, in_both, english = CODES[code]
    said_id, said_en = make(warehouse)
    for text in in_both:
        assert text in said_id and text in said_en, text
    for text in english:
        assert text in said_en
        start = next(word for word in INDONESIAN if word in text)
        assert text.replace(start, INDONESIAN[start]) in said_id or INDONESIAN[start].strip() in said_id
    assert "Selanjutnya:" in said_id and "Next:" in said_en
    assert "RAHASIA" not in said_id + said_en and said_id != said_en
