"""The workbook: numbers are numbers, text is text whatever it begins with, and nothing is cut."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest

from cakupan.reports import dbhcht_report
from cakupan.reports.workbook import workbook


@pytest.fixture
def book(figures) -> bytes:
    return workbook(dbhcht_report(figures, 2025, "id"))


@pytest.fixture
def sheets(book) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(book))


def rows(sheets: openpyxl.Workbook, name: str) -> list[list]:
    return [[cell.value for cell in row] for row in sheets[name].iter_rows(min_row=2)]


def test_every_part_has_a_sheet_with_a_frozen_heading_and_room_to_read(sheets) -> None:
    assert sheets.sheetnames == [
        "Ringkasan", "Pagu", "SP2D", "Tidak bertaut", "Tidak dikenal", "Perlindungan", "Temuan", "Pengamatan", "Bukti",
        "Kiriman",
    ]  # fmt: skip
    for sheet in sheets:
        assert sheet.freeze_panes == "A2", sheet.title
        assert all(dimension.width >= 10 for dimension in sheet.column_dimensions.values()), sheet.title


def test_money_stays_money_also_when_it_is_negative(sheets) -> None:
    first, without_budget, total = rows(sheets, "Pagu")
    assert first[5:] == [10_000_000, 12_500_000, 12_600_000, -100_000, -2_500_000, 1.25]
    assert without_budget[5] == 0
    assert without_budget[10] is None
    assert total[5:] == [10_000_000, 12_500_400, 25_200_000, -200_000, -5_000_000, 1.25004]
    assert sheets["Pagu"]["F2"].number_format.startswith("#,##0")
    assert sheets["Pagu"]["K2"].number_format == "0.00%"


def test_no_text_becomes_a_formula(book, sheets) -> None:
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        written = "".join(files.read(name).decode() for name in files.namelist() if "worksheets/" in name)
    assert not re.search(r"<f[ >]", written)
    for sheet, address in (("Pagu", "D2"), ("SP2D", "C2"), ("Bukti", "F2"), ("Bukti", "J2"), ("Tidak dikenal", "C2")):
        cell = sheets[sheet][address]
        assert cell.data_type == "s", cell.value
        assert cell.value[0] in "=+-@"
        assert cell.quotePrefix, cell.value


def test_all_cases_are_there_with_their_evidence_as_far_as_a_cell_holds(sheets, figures) -> None:
    cases = rows(sheets, "Bukti")
    assert len(cases) == len(figures.found)
    assert cases[0][1] == figures.found[0]["finding_key"]  # from which a trace begins
    assert cases[0][6] == str(figures.found[0]["worker_key"])
    assert cases[0][8] == -6_800
    assert cases[0][10].startswith("4:Batu:0, 4:Batu:1, ")
    assert cases[0][10].count("4:Batu:") == 400
    assert cases[0][10].endswith(", … +100")


def test_cases_can_be_sorted_by_how_far_they_are_from_what_should_have_been(figures) -> None:
    figures.found[0] |= {"expected_idr": 16_800, "actual_idr": 10_000, "difference_idr": -6_800}
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(dbhcht_report(figures, 2025, "id"))))
    assert [cell.value for cell in sheets["Bukti"][1]][12:] == [
        "Seharusnya", "Kenyataannya", "Kenyataannya dikurangi seharusnya",
    ]  # fmt: skip
    first, second, *_ = rows(sheets, "Bukti")
    assert tuple(first[12:]) == (16_800, 10_000, -6_800)
    assert tuple(second[12:]) == (None, None, None)  # a night that an earlier version built


def test_a_case_of_a_budget_line_names_it(figures) -> None:
    of_line = {"skpd_code": "2.07", "sub_activity_code": "2.07.05", "account_code": "5.1.02"}
    figures.found[0] |= of_line | {"decree_no": None}
    figures.found[1] |= of_line | {"sp2d_no": "35.79/04.0/000001"}
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(dbhcht_report(figures, 2025, "id"))))
    first, second, third, *_ = rows(sheets, "Bukti")
    assert [row[11] for row in (first, second, third)] == ["2025 · 2.07 · 2.07.05 · 5.1.02", None, None]
    assert [row[3] for row in (first, second, third)] == ["Dinas Tenaga Kerja", "Dinas Tenaga Kerja", None]


def test_a_case_of_a_payment_order_names_its_office(figures) -> None:
    order = figures.orders[0]
    figures.found[0] |= {"sp2d_no": order["sp2d_no"]}
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(dbhcht_report(figures, 2025, "id"))))
    assert rows(sheets, "Bukti")[0][3] == figures.office(order)


def test_auditors_are_shown_every_case(sheets) -> None:
    assert [row[3] for row in rows(sheets, "Perlindungan")] == [411, 4]
    assert rows(sheets, "Tidak bertaut") == [["Iuran DBHCHT tanpa SP2D", "2025-01", 3, 50_400]]


def test_every_delivery_is_listed(sheets) -> None:
    assert [row[4] for row in rows(sheets, "Kiriman")] == [1_000 + number for number in range(1, 8)]


def test_characters_that_a_workbook_cannot_hold_are_left_out(figures) -> None:
    figures.orders[0]["decree_no"] = "5\x0010"
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(dbhcht_report(figures, 2025, "id"))))
    assert sheets["SP2D"]["C2"].value == "510"
