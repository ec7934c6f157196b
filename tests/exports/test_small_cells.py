"""No month of a line can be told apart behind which too few workers stand, and no cell steers a reader's program."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from cakupan.exports.fiscal import _csv, _large_enough
from cakupan.exports.schema import BUDGET


@pytest.mark.parametrize(
    ("workers", "told"),
    [
        ({"01": 5, "02": 9}, {"01": ["01"], "02": ["02"]}),
        ({"01": 4, "02": 9}, {"": ["01", "02"]}),  # alone without a name it would still be told apart
        ({"01": 2, "02": 3, "03": 9}, {"": ["01", "02"], "03": ["03"]}),
        ({"01": 1, "02": 6, "03": 9}, {"": ["01", "02"], "03": ["03"]}),
        ({"01": 3}, {"": ["01"]}),
        ({"01": 0, "02": 7}, {"": ["01"], "02": ["02"]}),  # nobody stands behind an order that paid for nobody
    ],
)
def test_months_with_few_workers_are_told_together(workers: dict[str, int], told: dict[str, list[str]]) -> None:
    months: dict[str, list[dict[str, Any]]] = {month: [{"sp2d_no": month}] for month in workers}
    behind = {month: {f"{month}-{number}" for number in range(count)} for month, count in workers.items()}
    found = _large_enough(months, behind)
    assert {name: sorted(order["sp2d_no"] for order in orders) for name, orders in found.items()} == told


def test_how_few_is_the_installations_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    months: dict[str, list[dict[str, Any]]] = {month: [{"sp2d_no": month}] for month in ("01", "02")}
    behind = {"01": {*"abcd"}, "02": {*"abcdefgh"}}
    monkeypatch.setenv("CAKUPAN_SMALLEST_COUNT", "4")
    assert set(_large_enough(months, behind)) == {"01", "02"}
    monkeypatch.setenv("CAKUPAN_SMALLEST_COUNT", "9")
    assert set(_large_enough(months, behind)) == {""}


def test_the_same_workers_in_two_months_count_once() -> None:
    months: dict[str, list[dict[str, Any]]] = {month: [{"sp2d_no": month}] for month in ("01", "02", "03")}
    behind = {"01": {"a", "b", "c"}, "02": {"a", "b", "c"}, "03": {*"abcdefgh"}}
    assert list(_large_enough(months, behind)) == [""]


def test_a_name_that_is_a_formula_stays_a_text_and_a_number_a_number() -> None:
    row = {field["name"]: 0 for field in BUDGET.fields} | {"skpd_name": "=1+1", "budget_idr": -5, "fund": "DBHCHT"}
    (read,) = csv.DictReader(io.StringIO(_csv(BUDGET, [row]).decode()))
    assert (read["skpd_name"], read["budget_idr"], read["fund"]) == ("'=1+1", "-5", "DBHCHT")
