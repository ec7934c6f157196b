from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cakupan.feeds import XlsxFormat
from cakupan.landing.refusals import Refused
from cakupan.landing.workbook import parts

SENI = ["No", "NIK", "Nama Lengkap", "Bidang Seni", "Kode Wilayah"]
SEMESTA = ["TAHUN", "SEMESTA", "NO SURAT", "TGL SURAT"]
ROW = [1, "3579010704753420", "Wahyu", "MUSIK", "35.79.01.1001"]


@pytest.fixture
def read(feed, tmp_path):
    """Write sheets as {name: rows} and read them as the feed declares."""

    def _read(name, sheets, change=None, sheets_read=None):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(book)
        path = tmp_path / "f"
        book.save(path)
        declared = feed(name)
        format_ = XlsxFormat(kind="xlsx", sheets=sheets_read) if sheets_read else declared.format
        return [(part.sheet, part.header, list(part.records)) for part in parts(declared, format_, path)]

    return _read


def values(found):
    return [list(record.values) for _, _, records in found for record in records]


def test_title_rows_and_the_merged_band_are_no_data_and_rows_count_as_in_the_sheet(read):
    def merge(book):
        book["Data"].merge_cells("A3:E3")

    rows = [["DATABASE PEKERJA SENI"], [], ["IDENTITAS"], SENI, ROW, [], [None, " ", "\u00a0"], [2, *ROW[1:]]]
    ((sheet, _, records),) = read("dispar.pekerja_seni", {"Data": rows}, merge)
    assert sheet == "Data"
    assert [record.row_number for record in records] == [5, 8]
    assert list(records[0].values) == ["1", *ROW[1:]]


def test_a_table_that_does_not_begin_in_the_corner_keeps_its_row_numbers(read):
    def shift(book):
        book["Data"].move_range("A1:E2", rows=3, cols=2)

    ((_, _, records),) = read("dispar.pekerja_seni", {"Data": [SENI, ROW]}, shift)
    assert [record.row_number for record in records] == [5]
    assert list(records[0].values) == ["1", *ROW[1:]]


def test_a_number_cell_in_a_text_column_is_named_and_spelled_without_exponent(read):
    ((_, _, (record,)),) = read("dispar.pekerja_seni", {"Data": [SENI, [1, 3579010704753420.0, *ROW[2:]]]})
    assert list(record.values) == ["1", "3579010704753420", *ROW[2:]]
    assert record.number_cells == ["no", "nik"]


def test_total_rows_and_print_dates_are_no_data(read):
    header = [
        "KODE SKPD", "NAMA SKPD", "KODE SUB KEGIATAN", "NAMA SUB KEGIATAN", "KODE REKENING", "URAIAN",
        "SUMBER DANA", "NO DPA", "TGL DPA", "JENIS", "PAGU",
    ]  # fmt: skip
    line = ["2.07", "D", "2.07.05", "P", "5.1", "JUMLAH", "DBHCHT", "DPA/1", date(2025, 1, 6), "MURNI", 9505000.5]
    rows = [
        header,
        line,
        [None, " jumlah total"],
        ["JUMLAH", *[None] * 9, "=SUM(K2:K2)"],
        [],
        ["Dicetak pada 7/9/2025"],
    ]
    assert values(read("sipd.anggaran", {"Data": rows})) == [
        ["2.07", "D", "2.07.05", "P", "5.1", "JUMLAH", "DBHCHT", "DPA/1", "06/01/2025", "MURNI", "9505000,5"],
    ]


def test_words_of_a_footer_are_data_where_the_feed_has_none(read):
    ((_, _, records),) = read("dispar.pekerja_seni", {"Data": [SENI, ["JUMLAH", *ROW[1:]]]})
    assert len(records) == 1


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_date_cells_are_spelled_as_the_feed_declares(read, epoch):
    def change(book):
        if epoch:
            book.epoch = epoch

    rows = [SEMESTA, [2025, 1779, "B/1", date(2025, 1, 20)], ["2024", "1728", "B/2", datetime(2024, 1, 20, 7, 30)]]
    assert values(read("bpjstk.semesta", {"Data": rows}, change)) == [
        ["2025", "1779", "B/1", "2025-01-20"],
        ["2024", "1728", "B/2", "2024-01-20"],
    ]


def test_a_date_cell_of_a_month_is_spelled_out(read):
    header = [
        "NO SK",
        "TGL SK",
        "NIK",
        "NAMA",
        "KODE WILAYAH",
        "KATEGORI",
        "SKPD PENGUSUL",
        "BULAN MULAI",
        "BULAN SELESAI",
    ]
    row = ["1", date(2025, 7, 3), "3579", "A", "35", "K", "2.07", date(2025, 7, 1), "Desember 2025"]
    assert values(read("disnaker.penerima_dbhcht", {"Batu": [header, row]})) == [
        ["1", "03/07/2025", "3579", "A", "35", "K", "2.07", "Juli 2025", "Desember 2025"],
    ]


def test_booleans_errors_and_times_are_their_text(read):
    def change(book):
        cell = book["Data"]["D2"]
        cell.value, cell.data_type = "#N/A", "e"

    ((_, _, (record,)),) = read(
        "dispar.pekerja_seni", {"Data": [SENI, [True, "3579", time(8, 30), None, "35"]]}, change
    )
    assert list(record.values) == ["TRUE", "3579", "08:30:00", "#N/A", "35"]
    assert record.defect is None


def test_a_formula_saved_without_its_result_breaks_its_row(read):
    rows = [SENI, ROW, [2, "=B2", "=UPPER(C2)", "TARI", "35"], ROW]
    ((_, _, records),) = read("dispar.pekerja_seni", {"Data": rows})
    assert [record.defect for record in records] == [None, "formula without result in B3, C3", None]
    assert records[1].raw == '["2", null, null, "TARI", "35"]'


def test_a_running_number_may_be_a_formula_without_result(read):
    ((_, _, (record,)),) = read("dispar.pekerja_seni", {"Data": [SENI, ["=ROW()-1", *ROW[1:]], ["=ROW()-1"]]})
    assert (record.row_number, record.defect) == (2, None)


def test_hidden_sheets_are_not_read(read):
    def hide(book):
        book["Lama"].sheet_state = "hidden"
        book["Rahasia"].sheet_state = "veryHidden"

    sheets = {"Lama": [["x"]], "Rahasia": [["x"]], "Data": [SENI, ROW], "Catatan": [["x"]]}
    assert [sheet for sheet, _, _ in read("dispar.pekerja_seni", sheets, hide)] == ["Data"]


def test_all_sheets_are_read_each_with_its_own_header(read):
    sheets = {
        "Batu": [["JUDUL"], SENI, ROW],
        "Junrejo": [list(reversed([*SENI, "Catatan"])), list(reversed([*ROW, "x"]))],
    }
    found = read("dispar.pekerja_seni", sheets, sheets_read="all")
    assert [(sheet, header.extra, [r.row_number for r in records]) for sheet, header, records in found] == [
        ("Batu", (), [3]),
        ("Junrejo", ("Catatan",), [2]),
    ]


@pytest.mark.parametrize("rows", [[["JUDUL"]], [], [[], ["x"] * 9] * 100, [["NO", "NIK"], ROW]])
def test_every_sheet_must_have_the_header(read, rows):
    with pytest.raises(Refused) as refused:
        read("dispar.pekerja_seni", {"Batu": [SENI, ROW], "Junrejo": rows}, sheets_read="all")
    assert refused.value.code == "MISSING_COLUMN"
    assert 'lembar "Junrejo"' in refused.value.text.id


def test_what_the_nearest_header_lacks_is_named(read):
    rows = [["NIK DAN NAMA"], ["No", "NIK", "Nama", "Bidang Seni", "Kode Wilayah"], ROW]
    with pytest.raises(Refused) as refused:
        read("dispar.pekerja_seni", {"Data": rows})
    assert refused.value.missing == ("Nama Lengkap",)


def test_a_header_far_down_is_none(read):
    with pytest.raises(Refused) as refused:
        read("dispar.pekerja_seni", {"Data": [["x"]] * 30 + [SENI, ROW]})
    assert refused.value.code == "MISSING_COLUMN"


def test_a_repeated_required_column_names_its_sheet(read):
    with pytest.raises(Refused) as refused:
        read("dispar.pekerja_seni", {"Data": [[*SENI, "nik"], [*ROW, "1"]]})
    assert refused.value.code == "REPEATED_COLUMN"
    assert 'lembar "Data"' in refused.value.text.id


def test_cells_without_a_header_are_kept_by_position(read):
    ((_, header, (record,)),) = read("dispar.pekerja_seni", {"Data": [SENI, [*ROW, None, "lihat berkas"]]})
    assert header.names[5:] == ("", "")
    assert list(record.values)[5:] == [None, "lihat berkas"]


def test_a_header_that_only_looks_like_one_is_named_by_its_cell(read):
    def shift(book):
        book["Data"].move_range("A1:E2", rows=3, cols=2)

    header = [name.replace("NIK", "NI\u041a") for name in SENI]
    with pytest.raises(Refused) as refused:
        read("dispar.pekerja_seni", {"Data": [header, ROW]}, shift)
    assert "cell D4 looks like NIK, but holds CYRILLIC CAPITAL LETTER KA (U+041A)" in refused.value.text.en
    assert 'lembar "Data"' in refused.value.text.id


def test_words_and_headers_are_compared_by_what_is_seen(read):
    header = [f"\u200e{name[:1]}\u200b{name[1:]}\u00ad" for name in SENI]
    ((_, found, records),) = read("dispar.pekerja_seni", {"Data": [header, ROW]})
    assert found.names == tuple(SENI)
    assert list(records[0].values) == ["1", *ROW[1:]]
