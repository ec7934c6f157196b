"""A template filled in right is let in whole, filled in wrongly it gives the reasons, and its example never counts."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from cakupan import settings
from cakupan.cli import app
from cakupan.feeds import GUIDE_SHEET, Feed, load_feeds
from cakupan.onboarding import checking
from cakupan.onboarding.examples import bad_example, good_example
from cakupan.onboarding.template import template
from cakupan.quality.suite import load_suite

NIGHT = date(2025, 9, 9)
FEEDS = {feed.name: feed for feed in load_feeds(settings.FEEDS)}


def opened(feed: Feed) -> tuple[openpyxl.Workbook, Any, int]:
    """The template's workbook, the sheet to be filled in, and the row of its header."""
    book = openpyxl.load_workbook(io.BytesIO(template(feed)))
    sheet = book.worksheets[0]
    headers = [column.header for column in feed.columns]
    (row,) = (cells[0].row for cells in sheet.iter_rows() if [cell.value for cell in cells] == headers)
    return book, sheet, row


def fill_in(feed: Feed, path: Path, rows: list[dict[str, Any]]) -> int:
    """Fill the template in; returns the row of the header."""
    book, sheet, header = opened(feed)
    for number, row in enumerate(rows, header + 1):
        for place, column in enumerate(feed.columns, 1):
            sheet.cell(number, place, row[column.name])
    book.save(path)
    return header


def check_of(feed: Feed, sheet: Any, column: str) -> Any:
    """What the spreadsheet checks in a column."""
    letter = openpyxl.utils.get_column_letter([one.name for one in feed.columns].index(column) + 1)
    (found,) = (one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(letter))
    return found


@pytest.mark.parametrize("name", FEEDS)
def test_a_good_row_is_let_in_and_a_bad_one_gives_its_reason(database_name, tmp_path, monkeypatch, name) -> None:
    monkeypatch.setattr(checking, "_compiled", lambda feed: (None, None))
    feed = FEEDS[name]
    suite, good = load_suite(feed), good_example(feed, load_suite(feed))
    wrong = {column.name: bad for column in feed.columns if (bad := bad_example(suite, column))}
    cells = {column: bad if isinstance(bad, str) else None for column, (bad, _) in wrong.items()}
    header = fill_in(feed, tmp_path / "f.xlsx", [good, *({**good, column: cell} for column, cell in cells.items())])
    checked = checking.check(name, tmp_path / "f.xlsx", NIGHT)
    assert (checked.outcome.delivered_rows, checked.outcome.accepted_rows) == (1 + len(wrong), 1)
    found = {row.row_number: row.rules for row in checked.refused}
    for number, (column, (_, rule)) in enumerate(wrong.items(), header + 2):
        assert rule.rule_id in found[number], column


def test_what_is_not_filled_in_has_no_rows(database_name, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(checking, "_compiled", lambda feed: (None, None))
    fill_in(FEEDS["disnaker.penerima_dbhcht"], tmp_path / "f.xlsx", [])
    checked = checking.check("disnaker.penerima_dbhcht", tmp_path / "f.xlsx", NIGHT)
    assert (checked.outcome.status, checked.outcome.code) == ("REJECTED", "NO_ROWS")


def test_cells_are_checked_while_they_are_typed() -> None:
    feed = FEEDS["bpjstk.kepesertaan"]
    _, sheet, _ = opened(feed)
    assert (check_of(feed, sheet, "nik").type, check_of(feed, sheet, "nik").formula1) == ("textLength", "16")
    assert check_of(feed, sheet, "kpj").formula1 == "11"
    assert check_of(feed, sheet, "tgl_aktif").type == "date"
    closed = check_of(feed, sheet, "status")
    assert (closed.type, closed.errorStyle) == ("list", "stop")
    assert sheet.column_dimensions["B"].number_format == "@"
    assert check_of(FEEDS["sipd.sp2d"], opened(FEEDS["sipd.sp2d"])[1], "nilai").type == "whole"
    roster = FEEDS["distan.kelompok_tani"]
    assert check_of(roster, opened(roster)[1], "kategori").errorStyle == "warning", "another category is kept"


def test_lists_hold_the_values_and_the_guide_says_the_rules() -> None:
    feed = FEEDS["bpjstk.kepesertaan"]
    book, sheet, _ = opened(feed)
    name, _, cells = check_of(feed, sheet, "status").formula1.rpartition("!")
    listed = [row[0].value for row in book[name.strip("'")][cells.replace("$", "")]]
    assert listed == ["AKTIF", "NONAKTIF", "MENINGGAL"]
    said = {str(cell) for row in book[GUIDE_SHEET].iter_rows(values_only=True) for cell in row}
    assert any("STATUS adalah salah satu dari: AKTIF, NONAKTIF, MENINGGAL" in text for text in said)
    assert any("kepesertaan_TTTTBBHH.csv.gz" in text for text in said)


def test_the_same_declaration_makes_the_same_bytes_at_any_time() -> None:
    made = template(FEEDS["sipd.anggaran"])
    assert made == template(FEEDS["sipd.anggaran"])
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert {part.date_time[0] for part in file.infolist()} == {1980}
        assert file.read("docProps/core.xml").count(b">1980-01-01T00:00:00Z<") == 2


def test_the_command_writes_it_or_says_which_feeds_there_are(tmp_path) -> None:
    run = CliRunner().invoke
    written = run(app, ["feed", "template", "distan.kelompok_tani", "--out", str(tmp_path / "t.xlsx")])
    assert written.exit_code == 0, written.output
    assert (tmp_path / "t.xlsx").read_bytes() == template(FEEDS["distan.kelompok_tani"])
    unknown = run(app, ["feed", "template", "distan.nothing"])
    assert (unknown.exit_code, "distan.kelompok_tani" in unknown.output) == (2, True)
    assert run(app, ["feed", "template", "sipd.sp2d", "--out", str(tmp_path / "no/t.xlsx")]).exit_code == 1
