"""Cells that a spreadsheet stores otherwise than their column means: told by address, never taken for others."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from cakupan.landing.refusals import Refused
from cakupan.landing.workbook import parts
from cakupan.landing.workbook_check import check_workbook

BOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
    ' Target="sharedStrings.xml"/>'
    '<Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"'
    ' Target="styles.xml"/></Relationships>',
    "xl/sharedStrings.xml": '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<si><t>DPA/1</t></si><si><r><t>DPA</t></r><r><t>/2</t></r></si></sst>",
    "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
}
SHEET = "xl/worksheets/sheet1.xml"
HEADER = ["NO PERMOHONAN", "TGL PERMOHONAN", "NIK", "NAMA", "JENIS BANTUAN", "NILAI", "CATATAN"]
ROW = ["P/1", "09/09/2025", "3579010704753420", "Siti", "Pupuk", "5", "-"]


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, cells: list[str | None], **odd: str) -> str:
    """A row of text cells; `odd` holds the XML of a cell by its letter."""
    written = [
        odd.get(letter, "" if cell is None else inline(f"{letter}{number}", cell))
        for letter, cell in zip("ABCDEFG", cells, strict=True)
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def sheet(*rows: str) -> str:
    data = "".join(rows)
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{data}</sheetData></worksheet>"
    )


@pytest.fixture
def write(tmp_path):
    def _write(members: dict[str, str]) -> Path:
        path = tmp_path / "f"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return path

    return _write


@pytest.fixture
def read(feed, write):
    """The records of an aid application sheet, as the feed reads them."""

    def _read(*rows: str, **members: str):
        declared = feed("distan.permohonan_bantuan")
        path = write(BOOK | {SHEET: sheet(row(1, HEADER), *rows)} | members)
        (part,) = parts(declared, declared.format, path)
        return list(part.records)

    return _read


@pytest.mark.parametrize(
    "stored",
    [
        '<c r="D3" t="inlineStr"><v>Siti</v></c>',
        '<c r="D3" t="inlineStr"><is><t>Siti</t></is><v>Budi</v></c>',
        '<c r="D3" t="s"><v>2</v></c>',
        '<c r="D3" t="s"><v>x</v></c>',
        '<c r="D3" t="s"><v>1.0</v></c>',
        '<c r="D3" t="s"/>',
        '<c r="D3" t="s"></c>',
        '<c r="D3" t="b"><v>2</v></c>',
        '<c r="D3" t="n"><v>lima</v></c>',
        '<c r="D3"><v>1,5</v></c>',
        '<c r="D3"><v>NaN</v></c>',
        '<c r="D3"><v>1E999</v></c>',
        '<c r="D3"><v>1</v><v>2</v></c>',
        '<c r="D3"><is><t>Siti</t></is></c>',
        '<c r="D3" t="str"><is><t>Siti</t></is></c>',
        '<c r="D3" t="d"><v>besok</v></c>',
        '<c r="D3" t="d"><v>2025-02-31</v></c>',
        '<c r="D3" t="z"><v>x</v></c>',
        '<c r="D3" t="S"><v>0</v></c>',
        '<c r="D3" t=""><v>0</v></c>',
    ],
)
def test_a_cell_that_does_not_hold_what_its_type_says_breaks_its_row_alone(read, stored):
    first, odd, last = read(row(2, ROW), row(3, ROW, D=stored), row(4, ROW))
    assert (first.defect, last.defect) == (None, None)
    assert (odd.row_number, odd.defect) == (3, "value that cannot be read in D3")
    assert ROW[0] in odd.raw
    assert list(last.values) == ROW


def test_where_nothing_is_declared_nobody_cares(read):
    (record,) = read(row(2, ROW, G='<c r="G2" t="inlineStr"><v>x</v></c>'))
    assert record.defect is None
    assert list(record.values) == [*ROW[:6], None]


def test_several_odd_cells_of_a_row_are_all_named(read):
    odd = {"D": '<c r="D2" t="z"><v>x</v></c>', "E": '<c r="E2"><f>B1</f></c>', "F": '<c r="F2" t="b"><v>7</v></c>'}
    (record,) = read(row(2, ROW, **odd))
    assert record.defect == "formula without result in E2; value that cannot be read in D2, F2"


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#SPILL!", "#CALC!", "#BUSY!"])
def test_an_error_lands_as_shown_and_is_named(read, error):
    first, second = read(row(2, ROW, D=f'<c r="D2" t="e"><v>{error}</v></c>'), row(3, ROW))
    assert (first.values[3], first.error_cells, first.defect) == (error, ["nama"], None)
    assert second.error_cells is None


@pytest.mark.parametrize("stored", [inline("D2", "#N/A"), '<c r="D2" t="str"><f>A1</f><v>#REF!</v></c>'])
def test_an_error_that_was_copied_as_text_is_one(read, stored):
    (record,) = read(row(2, ROW, D=stored))
    assert record.error_cells == ["nama"]
    (record,) = read(row(2, ROW, D=inline("D2", "#N/A-1")))
    assert record.error_cells is None


def test_an_error_that_nobody_declared_lands_and_is_not_named(read):
    (record,) = read(row(2, ROW, G='<c r="G2" t="e"><v>#N/A</v></c>'))
    assert (record.values[6], record.error_cells) == ("#N/A", None)


def test_a_row_of_nothing_but_errors_is_delivered_even_at_the_end(read):
    blank = [None] * 7
    records = read(row(2, ROW), row(5, blank, A='<c r="A5" t="e"><v>#N/A</v></c>', F='<c r="F5" t="e"><v>#N/A</v></c>'))
    assert [record.row_number for record in records] == [2, 5]
    assert records[1].error_cells == ["no_permohonan", "nilai"]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ('<c r="A2" s="1"><v>45693</v></c>', "05/02/2025"),
        ('<c r="A2" t="d"><v>2025-02-05</v></c>', "05/02/2025"),
        ('<c r="A2" t="d"><v>2025-02-05T10:11:12.5Z</v></c>', "05/02/2025"),
        ('<c r="A2" t="d"><v>10:11:12</v></c>', "10:11:12"),
        ('<c r="A2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A2" t="b"><v>false</v></c>', "FALSE"),
    ],
)
def test_a_date_a_time_or_a_truth_in_a_column_of_text_is_named(read, stored, text):
    (record,) = read(row(2, ROW, A=stored))
    assert (record.values[0], record.typed_cells, record.defect) == (text, ["no_permohonan"], None)


def test_a_date_where_a_date_is_due_is_not_named(read):
    (record,) = read(row(2, ROW, B='<c r="B2" s="1"><v>45693</v></c>'))
    assert (record.values[1], record.typed_cells) == ("05/02/2025", None)


def test_a_workbook_typed_by_people_names_dates_times_durations_and_truths(feed, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["No", "NIK", "Nama Lengkap", "Bidang Seni", "Kode Wilayah"])
    book.active.append([True, date(2025, 1, 2), datetime(2025, 1, 2, 3, 4), time(8, 30), timedelta(hours=30)])
    book.save(tmp_path / "f")
    declared = feed("dispar.pekerja_seni")
    (part,) = parts(declared, declared.format, tmp_path / "f")
    (record,) = part.records
    assert record.typed_cells == ["no", "nik", "nama_lengkap", "bidang_seni", "kode_wilayah"]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ('<c r="A2" t="s"><v>0</v></c>', "DPA/1"),
        ('<c r="A2" t="s"><v> 1 </v></c>', "DPA/2"),
        ('<c t="s" r="A2"><v>1</v></c>', "DPA/2"),
        ("<c r='A2' t='str'><v>x</v></c>", "x"),
        ('<c r="A2" t="str"><f>A1</f><v>x &amp; y</v></c>', "x & y"),
        ('<c r="A2" t="str"><v><![CDATA[x<y]]></v></c>', "x<y"),
        ('<c r="A2" t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r><rPh sb="0" eb="1"><t>z</t></rPh></is></c>', "xy"),
        ('<c r="A2" t="str"><v>a_x000D_b</v></c>', "a\rb"),
        ('<c r="A2"><f t="shared" ref="A2:A9" si="0">1+1</f><v>2</v></c>', "2"),
        ('<c r="A2"><v>12</v><extLst><ext><v>9</v></ext></extLst></c>', "12"),
        ("<c><v>7</v></c>", "7"),
        ('<c r="a2"><v>7</v></c>', "7"),
        ('<c r="A2"><v> 7 </v></c>', "7"),
        ('<c r="A2" t="str"></c>', None),
        ('<c r="A2" t="inlineStr"><is></is></c>', None),
        ('<c r="A2" t="b"></c>', None),
        ("<!-- x -->" + '<c r="A2" t="s"><v>0</v></c>', "DPA/1"),
    ],
)
def test_what_is_stored_soundly_is_read_however_it_is_written(read, stored, text):
    (record,) = read(row(2, ROW, A=stored))
    assert (record.values[0], record.defect) == (text, None)
    assert list(record.values)[1:] == ROW[1:]


def test_a_row_of_nothing_but_emptiness_is_none(read):
    empty = '<c r="A3" t="s"/>'
    assert [
        r.row_number for r in read(row(2, ROW), row(3, [None] * 7, A=empty), row(4, ["'", " ", "\u200b", *[None] * 4]))
    ] == [2]


@pytest.mark.parametrize("where", ["same row", "other row"])
def test_a_cell_that_is_stored_twice_refuses_and_is_named(read, where):
    again = row(2, [*ROW[:6], None])
    rows = [row(2, ROW), again] if where == "other row" else [row(2, ROW, B=inline("B2", "x") + inline("B2", "y"))]
    with pytest.raises(Refused) as refused:
        read(*rows)
    cell = "A2" if where == "other row" else "B2"
    assert f'cell {cell} of sheet "Data" is stored twice' in refused.value.text.en


def test_rows_out_of_order_are_read_by_their_numbers(read):
    assert [r.row_number for r in read(row(5, ROW), row(3, ROW))] == [3, 5]


def test_a_large_sheet_is_scanned_piece_by_piece(read, monkeypatch):
    monkeypatch.setattr("cakupan.landing.workbook_check.PIECE_BYTES", 7)
    odd = '<c r="D4" t="inlineStr"><v>Siti</v></c>'
    assert [r.defect for r in read(row(2, ROW), row(3, ROW), row(4, ROW, D=odd))] == [
        None, None, "value that cannot be read in D4",
    ]  # fmt: skip
    with pytest.raises(Refused, match="stored twice"):
        read(row(2, ROW), row(3, ROW), row(3, ROW))


def test_empty_cells_far_away_are_nothing(read):
    stray = '<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"></c></row>'
    records = read(row(2, ROW), '<row r="3"><c r="XFD3" s="1"/></row>', stray)
    assert [list(record.values) for record in records] == [ROW]


def test_a_filled_cell_far_away_is_named(read):
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    for odd in ("", '<c r="A3" t="z"><v>x</v></c>'):
        with pytest.raises(Refused) as refused:
            read(row(2, ROW), f'<row r="3">{odd}</row>', stray)
        assert "XFD1048576" in refused.value.text.en
        assert 'lembar "Data"' in refused.value.text.id


def renamed(members: dict[str, str], *changes: tuple[str, str]) -> dict[str, str]:
    found = {}
    for name, text in members.items():
        for old, new in changes:
            name, text = name.replace(old, new), text.replace(old, new)  # noqa: PLW2901
        found[name] = text
    return found


STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


@pytest.mark.parametrize(
    "changes",
    [
        [("workbook.xml", "workbook2.xml")],
        [("sharedStrings.xml", "strings9.xml")],
        [("styles.xml", "styles2.xml")],
        [("sheet1.xml", "Lembar Satu.xml")],
        [('Target="worksheets/', 'Target="/xl/worksheets/')],
        [('Target="worksheets/', 'Target="./worksheets/')],
        [('Target="worksheets/', 'Target="xl/worksheets/')],
        [("xl/worksheets", "data"), ('Target="worksheets', 'Target="../data')],
        [('/sheet1.xml"', '/lembar%201.xml"'), ("/sheet1.xml", "/lembar 1.xml")],
        [("xl/", ""), ("Target=\"xl/", 'Target="')],
        [("xl/", "excel/")],
        STRICT,
    ],
    ids=lambda changes: changes[0][1],
)  # fmt: skip
def test_parts_are_found_by_their_relations_whatever_they_are_called(feed, write, changes):
    members = BOOK | {SHEET: sheet(row(1, HEADER), row(2, ROW, A='<c r="A2" t="s"><v>1</v></c>',
                                                        B='<c r="B2" s="1"><v>45693</v></c>'))}  # fmt: skip
    declared = feed("distan.permohonan_bantuan")
    (part,) = parts(declared, declared.format, write(renamed(members, *changes)))
    (record,) = part.records
    assert list(record.values)[:3] == ["DPA/2", "05/02/2025", ROW[2]]


@pytest.mark.parametrize("spell", [str.upper, str.lower, lambda name: name.replace("/", "\\")])
def test_the_names_of_parts_may_be_spelled_otherwise(feed, write, spell):
    members = {spell(name): text for name, text in (BOOK | {SHEET: sheet(row(1, HEADER), row(2, ROW))}).items()}
    declared = feed("distan.permohonan_bantuan")
    (part,) = parts(declared, declared.format, write(members))
    assert len(list(part.records)) == 1


def test_a_workbook_without_its_list_of_types_is_read(feed, write):
    members = BOOK | {SHEET: sheet(row(1, HEADER), row(2, ROW))}
    declared = feed("distan.permohonan_bantuan")
    for gone in (["[Content_Types].xml"], ["_rels/.rels"], ["[Content_Types].xml", "_rels/.rels"]):
        (part,) = parts(declared, declared.format, write({n: t for n, t in members.items() if n not in gone}))
        assert len(list(part.records)) == 1


def test_two_sheets_of_one_name_refuse(write):
    twice = BOOK["xl/workbook.xml"].replace("</sheets>", '<sheet name="Data" sheetId="2" r:id="r1"/></sheets>')
    with pytest.raises(Refused, match="same name"):
        check_workbook(write(BOOK | {SHEET: sheet(row(1, HEADER)), "xl/workbook.xml": twice}))


def test_sheet_names_that_look_alike_or_hold_a_personal_number_are_shown_apart(feed, tmp_path):
    header = ["NO SK", "TGL SK", "NIK", "NAMA", "KODE WILAYAH", "KATEGORI", "SKPD PENGUSUL"]
    header += ["BULAN MULAI", "BULAN SELESAI"]
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("3579010704753420", "3579014704753421", "Batu", "Ba\u200btu"):
        book.create_sheet(name).append(header)
        book[name].append([name, *["x"] * 8])
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "f").write_bytes(stream.getvalue())
    declared = feed("disnaker.penerima_dbhcht")
    found = [
        (part.sheet, next(iter(part.records)).values[0]) for part in parts(declared, declared.format, tmp_path / "f")
    ]
    assert found == [
        ("X" * 16, "3579010704753420"),
        ("X" * 16 + " (2)", "3579014704753421"),
        ("Batu", "Batu"),
        ("Batu (2)", "Ba\u200btu"),
    ]


def test_a_chart_beside_the_sheets_is_none_of_them_in_a_copy_either(feed, write):
    book = BOOK["xl/workbook.xml"].replace("<sheets>", '<sheets><sheet name="Grafik" sheetId="2" r:id="r9"/>')
    relations = BOOK["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="r9" Target="chartsheets/sheet1.xml"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet"/></Relationships>',
    )
    members = BOOK | {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": relations,
        "xl/chartsheets/sheet1.xml": '<chartsheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    }
    declared = feed("distan.permohonan_bantuan")
    for odd in ({}, {"D": '<c r="D2" t="z"><v>x</v></c>'}):
        path = write(members | {SHEET: sheet(row(1, HEADER), row(2, ROW, **odd))})
        assert [part.sheet for part in parts(declared, declared.format, path)] == ["Data"]
