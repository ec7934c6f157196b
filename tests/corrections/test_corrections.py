"""A fix workbook holds the bad rows alone, comes back as a correction, and never costs a row that was accepted."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from cakupan import night, settings
from cakupan.cli import app
from cakupan.corrections.exporting import write_fix_workbooks
from cakupan.corrections.fix_workbook import HEADER, REASON, ROW
from cakupan.corrections.returned import CannotImport
from cakupan.landing.archive import Archive
from cakupan.ledger.corrections import made_of
from cakupan.ledger.deliveries import Archived, enter_delivery
from cakupan.notices import office_message
from cakupan.sources.folder import Folder
from tests.corrections.conftest import BAD_NIK, MENDED_NIK, Desk, Row, good_rows
from tests.quality.deliveries import NIGHT, feed_called

FARMERS = feed_called("distan.kelompok_tani")  # CSV with commas and a byte order mark
MEMBERS = feed_called("bpjstk.kepesertaan")  # gzip
RECIPIENTS = feed_called("disnaker.penerima_dbhcht")  # a workbook of sheets, under a title
TEACHERS = feed_called("disdik.ptk_non_asn")  # JSON
VOLUNTEERS = feed_called("dinsos.relawan_disabilitas")  # cp1252


def two_bad(feed: Any, count: int = 30) -> list[Row]:
    rows = good_rows(feed, count)
    rows[3]["nik"], rows[7]["nik"] = BAD_NIK, "1"
    return rows


def mend(cells: dict[str, Any]) -> None:
    next(cell for header, cell in cells.items() if header.lower() == "nik").value = MENDED_NIK


@pytest.mark.parametrize("feed", [FARMERS, MEMBERS, RECIPIENTS, TEACHERS, VOLUNTEERS], ids=lambda feed: feed.name)
def test_a_mended_row_is_let_in_and_every_other_row_stays(desk: Desk, feed: Any) -> None:
    before = desk.deliver(feed, two_bad(feed))
    assert desk.figures(before) == (28, 2, "ACCEPTED")
    taken = desk.take_back(desk.edited(feed, mend))
    assert (taken.mended, taken.withdrawn, taken.still_bad, list(taken.left_out)) == (1, 0, 1, [])
    assert desk.figures(taken.delivery_id) == (29, 1, "ACCEPTED")
    old, new = desk.cells(feed, before), desk.cells(feed, taken.delivery_id)
    assert [one[:2] for one in old] == [one[:2] for one in new], "rows keep their addresses"
    differing = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    assert len(differing) == 1 and BAD_NIK in differing[0][0] and MENDED_NIK in differing[0][1]


def test_what_lies_with_the_office_still_is_no_new_delivery(desk: Desk) -> None:
    before = desk.deliver(FARMERS, two_bad(FARMERS))
    taken = desk.take_back(desk.edited(FARMERS, mend))
    known = made_of(desk.connection, taken.delivery_id)
    assert len(known) == 3, "the delivery, what it corrects, and the workbook"
    for sha256 in known:
        assert Archive(settings.archive_root()).path(sha256).exists()
        found = enter_delivery(desk.connection, FARMERS, NIGHT, "x", Archived(sha256, 1))
        assert found == (taken.delivery_id, False)
    assert enter_delivery(desk.connection, FARMERS, NIGHT, "x", Archived("0" * 64, 1))[1]
    assert before != taken.delivery_id


def test_a_second_round_goes_on_from_the_first(desk: Desk) -> None:
    desk.deliver(FARMERS, two_bad(FARMERS))
    first = desk.workbook(FARMERS).read_bytes()
    desk.take_back(desk.edited(FARMERS, mend))
    (desk.folder / "late.xlsx").write_bytes(first)  # the same rows, handed out before the first came back
    book = openpyxl.load_workbook(desk.folder / "late.xlsx")
    book.worksheets[0].cell(HEADER + 2, 2).value = "3579014101009998"
    book.save(desk.folder / "late.xlsx")
    taken = desk.take_back(desk.folder / "late.xlsx")
    assert desk.figures(taken.delivery_id) == (30, 0, "ACCEPTED")


def test_an_accepted_row_is_never_lost_to_a_correction(desk: Desk) -> None:
    rows = two_bad(FARMERS)
    number = desk.deliver(FARMERS, rows)

    def take_the_key_of_another(cells: dict[str, Any]) -> None:
        cells["nik"].value = rows[0]["nik"]

    with pytest.raises(CannotImport) as refusal:
        desk.take_back(desk.edited(FARMERS, take_the_key_of_another))
    assert "baris 5: kuncinya sama dengan baris yang sudah diterima (baris 2)" in refusal.value.why.id
    newest = desk.connection.execute("select max(delivery_id) from ledger.delivery").fetchone()
    assert newest == (number,), "nothing was entered"


def test_an_emptied_row_is_withdrawn_and_none_moves(desk: Desk) -> None:
    before = desk.deliver(FARMERS, two_bad(FARMERS))

    def empty(cells: dict[str, Any]) -> None:
        for header, cell in cells.items():
            cell.value = cell.value if header in (ROW, REASON) else None

    taken = desk.take_back(desk.edited(FARMERS, empty))
    assert (taken.mended, taken.withdrawn) == (0, 1)
    old, new = desk.cells(FARMERS, before), desk.cells(FARMERS, taken.delivery_id)
    assert new == [row for row in old if row[1] != 5]


def test_a_record_that_could_not_be_read_is_written_anew(desk: Desk) -> None:
    rows: list[Any] = good_rows(FARMERS, 30)
    rows[4] = ";".join(rows[4].values())
    desk.deliver(FARMERS, rows)
    mended = dict(zip((column.header for column in FARMERS.columns), good_rows(FARMERS, 40)[-1].values(), strict=True))

    def fill_in(cells: dict[str, Any]) -> None:
        assert rows[4] in cells[REASON].value
        for header, text in mended.items():
            cells[header].value = text

    assert desk.figures(desk.take_back(desk.edited(FARMERS, fill_in)).delivery_id) == (30, 0, "ACCEPTED")


def test_a_held_delivery_is_let_in_once_enough_of_it_is_mended(desk: Desk) -> None:
    number = desk.deliver(FARMERS, two_bad(FARMERS, 15))
    assert desk.figures(number) == (13, 2, "HELD")
    assert desk.figures(desk.take_back(desk.edited(FARMERS, mend)).delivery_id) == (14, 1, "ACCEPTED")


def test_a_nik_typed_as_a_number_is_not_taken(desk: Desk) -> None:
    desk.deliver(FARMERS, two_bad(FARMERS))

    def type_a_number(cells: dict[str, Any]) -> None:
        cells["nik"].value, cells["nik"].number_format = int(MENDED_NIK), "0"

    with pytest.raises(CannotImport) as refusal:
        desk.take_back(desk.edited(FARMERS, type_a_number))
    assert "baris 5: nik diketik sebagai angka" in refusal.value.why.id


def test_a_workbook_is_not_taken_after_another_delivery_of_its_date(desk: Desk) -> None:
    desk.deliver(FARMERS, two_bad(FARMERS))
    path = desk.edited(FARMERS, mend)
    desk.deliver(FARMERS, two_bad(FARMERS, 31))
    with pytest.raises(CannotImport) as refusal:
        desk.take_back(path)
    assert "sudah diganti kiriman lain" in refusal.value.why.id


def test_the_wrong_cell_is_marked_and_nothing_in_it_is_a_formula(desk: Desk) -> None:
    rows = two_bad(FARMERS)
    rows[3]["nama_anggota"] = "=HYPERLINK(A1)"
    desk.deliver(FARMERS, rows)
    made = desk.workbook(FARMERS)
    assert made.name == "perbaikan-distan-kelompok_tani-20250909.xlsx"
    assert made.read_bytes() == desk.workbook(FARMERS).read_bytes(), "the same bytes for the same rows"
    sheet = openpyxl.load_workbook(made).worksheets[0]
    cells = {head.value: sheet.cell(HEADER + 1, head.column) for head in sheet[HEADER]}
    assert [sheet.cell(row, 1).value for row in range(HEADER + 1, sheet.max_row + 1)] == ["5", "9"]
    assert "nik adalah NIK yang sah" in cells["nik"].comment.text and "KTP" in cells["nik"].comment.text
    assert cells["nik"].fill.start_color.rgb != cells["kategori"].fill.start_color.rgb
    assert cells["kategori"].comment is None
    name = cells["nama_anggota"]
    assert (name.value, name.data_type, name.quotePrefix) == ("=HYPERLINK(A1)", "s", True)


def test_a_night_leaves_the_workbooks_it_wrote_before(desk: Desk) -> None:
    desk.deliver(FARMERS, two_bad(FARMERS))
    path = desk.workbook(FARMERS)
    written = path.stat().st_ino
    assert list(write_fix_workbooks(desk.connection, [FARMERS], NIGHT, desk.folder, anew=False)) == []
    assert path.stat().st_ino == written
    taken = desk.take_back(desk.edited(FARMERS, mend))
    os.utime(path, (0, 0))
    assert list(write_fix_workbooks(desk.connection, [FARMERS], NIGHT, desk.folder, anew=False)) == [path]
    assert taken.still_bad == 1


def test_the_commands_list_show_export_and_import(desk: Desk, tmp_path: Any) -> None:
    number = desk.deliver(RECIPIENTS, two_bad(RECIPIENTS))
    path = desk.edited(RECIPIENTS, mend)
    run = CliRunner().invoke
    at = ["--date", NIGHT.isoformat()]
    (listed,) = json.loads(run(app, ["quarantine", "list", *at, "--format", "json"]).output)
    assert (listed["owner"], listed["delivery"], listed["rows"]) == ("Dinas Tenaga Kerja", number, 2)
    shown = run(app, ["quarantine", "show", f"{number}:Batu:7"]).output
    assert "disnaker.penerima_dbhcht.nik.valid" in shown and BAD_NIK not in shown
    assert run(app, ["quarantine", "show", f"{number}:Batu:8"]).exit_code == 1
    assert run(app, ["quarantine", "show", "7"]).exit_code == 2
    exported = run(app, ["quarantine", "export", "disnaker", *at, "--out", str(tmp_path / "out"), "--format", "json"])
    assert json.loads(exported.output) == [str(tmp_path / "out/perbaikan-disnaker-penerima_dbhcht-20250909.xlsx")]
    assert run(app, ["quarantine", "export", "nobody"]).exit_code == 2
    taken = run(app, ["quarantine", "import", str(path), "--format", "json"])
    assert json.loads(taken.output)["mended_rows"] == 1, taken.output
    again = run(app, ["quarantine", "import", str(path)])
    assert (again.exit_code, "Traceback" in again.output) == (1, False)
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    assert run(app, ["quarantine", "import", str(other)]).exit_code == 1


@pytest.mark.parametrize(
    ("feed", "name"),
    [(RECIPIENTS, "penerima_dbhcht_20250909.xlsx"), (FARMERS, "kelompok_tani_20250909.xlsx"), (FARMERS, "")],
)
def test_a_workbook_in_the_place_of_deliveries_is_a_correction(desk: Desk, feed: Any, name: str) -> None:
    number = desk.deliver(feed, two_bad(feed))
    path = desk.edited(feed, mend)
    drop = desk.folder / "drop" / feed.agency / feed.feed
    drop.mkdir(parents=True)
    (drop / (name or path.name)).write_bytes(path.read_bytes())
    for _ in range(2):  # it lies there in the next night too
        night.archive(feed.name, NIGHT + timedelta(1), Folder(desk.folder / "drop"))
    newest = desk.connection.execute("select max(delivery_id), count(*) from ledger.delivery").fetchone()
    assert newest and newest[1] == 2 and newest[0] > number
    assert desk.figures(newest[0]) == (29, 1, "ACCEPTED")
    assert desk.connection.execute("select count(*) from ledger.ignored").fetchone() == (0,)


def test_a_workbook_that_cannot_be_taken_is_told_like_any_file_that_is_not(desk: Desk) -> None:
    desk.deliver(FARMERS, two_bad(FARMERS))
    path = desk.workbook(FARMERS)
    drop = desk.folder / "drop/distan/kelompok_tani"
    drop.mkdir(parents=True)
    (drop / path.name).write_bytes(path.read_bytes())
    night.archive(FARMERS.name, NIGHT + timedelta(1), Folder(desk.folder / "drop"))
    told = desk.connection.execute("select name, reason_id from ledger.ignored where feed <> ''").fetchall()
    assert told == [(path.name, "tidak ada sel yang diperbaiki di dalamnya")]


def test_the_next_letter_says_once_what_was_closed(desk: Desk) -> None:
    desk.deliver(FARMERS, two_bad(FARMERS))
    first = office_message(desk.connection, [FARMERS], NIGHT, already_told=frozenset())
    assert (
        first and "perbaikan-distan-kelompok_tani-20250909.xlsx" in first.html and "Sudah diperbaiki" not in first.html
    )
    desk.take_back(desk.edited(FARMERS, mend))
    told = frozenset(first.topics)
    second = office_message(desk.connection, [FARMERS], NIGHT, already_told=told)
    assert second and "1 baris diperbaiki; masih terbuka: 1" in second.html
    assert "1 baris sudah diperbaiki; masih terbuka: 1" in second.text
    again = office_message(desk.connection, [FARMERS], NIGHT, already_told=told | frozenset(second.topics))
    assert again is None
