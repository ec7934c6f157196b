"""Tables as people lay them out: titles, headers of two rows, column numbers, totals and signatures."""

from __future__ import annotations

import codecs
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
import yaml

from cakupan.feeds import Feed
from cakupan.landing import document, workbook
from cakupan.landing.layout import combined, numbers_columns

COLUMNS = [
    {"name": "nik", "header": "NIK", "type": "nik", "required": True, "personal": True, "about": "x"},
    {"name": "desa", "header": "Alamat Desa", "required": True, "about": "x"},
    {"name": "nilai", "header": "Nilai", "type": "rupiah", "about": "x"},
]
NIK = "3579010704753420"


def declared(**format_: Any) -> Feed:
    return Feed.model_validate(
        {
            "agency": "bps", "feed": "f", "title": "t", "owner": "o", "cadence": "snapshot", "transport": "file",
            "format": format_, "spelling": "id", "key": ["nik"], "columns": COLUMNS,
        }
    )  # fmt: skip


def landed(tmp_path, database, feed: Feed, content: bytes) -> list[tuple[Any, ...]]:
    from cakupan.landing import ensure_landing_table, land

    path = tmp_path / "file"
    path.write_bytes(content)
    ensure_landing_table(database, feed)
    (delivery_id,) = database.execute(
        "insert into ledger.delivery (agency, feed, business_date, sha256, original_name, size_bytes)"
        " values ('bps', 'f', %s, repeat('0', 64), 'f', 1) returning delivery_id",
        (date(2025, 9, 9),),
    ).fetchone()
    outcome = land(database, feed, delivery_id, path)
    if outcome.refusal:
        raise outcome.refusal
    return database.execute("select row_number, nik, desa, nilai, defect from landing.bps_f order by 1").fetchall()


TITLED = f"""DAFTAR PENERIMA;;

No;NIK;Alamat;;Nilai
;;Jalan;Desa;
1;2;3;4;5
1;{NIK};Jl. A;Sisir;100
;;;;
2;{NIK[:-1]}1;Jl. B;Temas;200
JUMLAH;;;;300
Mengetahui
;;;Kepala Dinas;
;;;Fulan;
3;{NIK[:-1]}2;Jl. C;Ngaglik;300
"""


@pytest.mark.parametrize(("encoding", "bom"), [("utf-8-sig", b""), ("utf-16", b""), ("cp1252", b"")])
def test_a_csv_saved_from_a_sheet_loses_what_is_no_data_and_nothing_else(tmp_path, database, encoding, bom) -> None:
    layout = {"header_rows": 2, "numbering": True, "footer": ["JUMLAH"], "end": ["Mengetahui"]}
    feed = declared(kind="csv", delimiter=";", encoding=encoding, **layout)
    rows = landed(tmp_path, database, feed, bom + TITLED.encode(encoding))
    assert [(number, desa, defect) for number, _, desa, _, defect in rows] == [
        (6, "Sisir", None), (8, "Temas", None), (13, "Ngaglik", None),
    ]  # fmt: skip


def test_titles_above_the_header_of_a_csv_need_no_declaration(tmp_path, database) -> None:
    content = f"DAFTAR\nKECAMATAN BATU;;\nNIK;Alamat Desa;Nilai\n{NIK};Sisir;1\nJUMLAH;;1\n".encode()
    rows = landed(tmp_path, database, declared(kind="csv", delimiter=";"), content)
    assert [(row[0], row[1]) for row in rows] == [(4, NIK), (5, "JUMLAH")]


def test_utf_16_that_is_cut_inside_a_character_is_refused(tmp_path, database) -> None:
    content = codecs.BOM_UTF16_LE + "NIK;Alamat Desa;Nilai\n1;2;3\n".encode("utf-16-le")[:-1]
    with pytest.raises(Exception, match="ENCODING"):
        landed(tmp_path, database, declared(kind="csv", delimiter=";", encoding="utf-16"), content)


def test_sheets_that_are_no_data_are_skipped(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Sampul "
    book.active.append(["LAPORAN"])
    for name in ("Batu", "Bumiaji"):
        sheet = book.create_sheet(name)
        for row in (["NIK", "Alamat Desa", "Nilai"], [1, 2, 3], [NIK, "Sisir", 5.0], ["TOTAL", None, 5]):
            sheet.append(row)
    book.save(tmp_path / "f")
    layout = {"sheets": "all", "skip_sheets": ["sampul"], "numbering": True, "end": ["total"]}
    feed = declared(kind="xlsx", **layout)
    found = [
        (part.sheet, [r.row_number for r in part.records]) for part in workbook.parts(feed, feed.format, tmp_path / "f")
    ]
    assert found == [("Batu", [3]), ("Bumiaji", [3])]


def test_rows_inside_a_json_document_are_read(tmp_path) -> None:
    path = tmp_path / "f"
    rows = [{"nik": NIK, "Alamat Desa": "Sisir", "nilai": 5, "lain": {"nik": 1}}]
    path.write_text(json.dumps({"meta": {"data": []}, "hasil": {"data": rows}}))
    parts = document.parts(declared(kind="json", rows="hasil.data"), path)
    found = [(r.row_number, list(r.values)) for part in parts for r in part.records]
    assert found == [(1, [NIK, "Sisir", "5", '{"nik":1}'])]
    with pytest.raises(Exception, match="no array"):
        list(document.parts(declared(kind="json", rows="data"), path))
    assert list(document.parts(declared(kind="json", rows="meta.data"), path)) == []


def test_words_above_each_other_make_one_name() -> None:
    assert combined([["No", "Alamat", "", "", "Nilai"], ["", "Jalan", "RT ", "RW", ""]]) == [
        "No", "Alamat Jalan", "Alamat RT", "Alamat RW", "Nilai",
    ]  # fmt: skip
    assert combined([["JKK", "", "JKM", ""], ["Orang", "Rp", "Orang", "Rp"]]) == [
        "JKK Orang",
        "JKK Rp",
        "JKM Orang",
        "JKM Rp",
    ]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "2", "3"], True), (["(1)", "(2)", "(3)", ""], True), (["a", "b", "c"], True),
        (["1", "2", "3 = 1 + 2"], True), (["1", "2"], False), (["1", "3", "4"], False), (["7", "8", "9"], False),
        (["1", "2", "x y"], False), (["1", "2", "3", None, None, None], False),
    ],
)  # fmt: skip
def test_a_row_that_numbers_the_columns(cells, numbers) -> None:
    assert numbers_columns(cells) is numbers


def test_a_layout_is_declared_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="header_rows"):
        declared(kind="csv", header_rows=4)
    text = yaml.safe_dump({"kind": "json", "footer": ["x"]})
    with pytest.raises(ValueError, match="footer"):
        declared(**yaml.safe_load(text))


def test_a_row_that_begins_with_nothing_but_a_quote_is_a_row(tmp_path):
    book = openpyxl.Workbook()
    for row in (["NIK", "Alamat Desa", "Nilai"], ['"', "Sisir", 100], ['""', None, None], ["", "Temas", 200]):
        book.active.append(row)
    book.save(tmp_path / "f")
    feed = declared(kind="xlsx")
    (part,) = workbook.parts(feed, feed.format, tmp_path / "f")
    assert [record.row_number for record in part.records] == [2, 3, 4]
