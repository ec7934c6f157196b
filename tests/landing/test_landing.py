import gzip
import io
import json
import threading
from datetime import date
from pathlib import Path

import openpyxl
import psycopg
import pytest

from cakupan.database import Role, connect
from cakupan.feeds import Column
from cakupan.landing import ensure_landing_table, land, tables
from cakupan.landing.archive import Archive
from cakupan.landing.copying import CountsDiffer
from cakupan.landing.copying import _agreed as agreed
from cakupan.ledger.deliveries import enter_delivery

TARGET = ["TAHUN", "KODE_SEKTOR", "TARGET_PESERTA"]
TANI = b"nik,nama_anggota,kelompok_tani,kategori,luas_lahan_ha,kode_wilayah\n"
RELAWAN = b"NIK;Nama;Jenis;Kode Wilayah\r\n"
IURAN = b"NO_TRANSAKSI|KODE_BILLING|KPJ|BULAN_IURAN|PROGRAM|JUMLAH|TGL_BAYAR|SUMBER_DANA\n"


@pytest.fixture
def deliver(database, feed, tmp_path):
    """Archive, register and land bytes; rows then come from `rows`."""
    archive = Archive(tmp_path / "archive")

    def _deliver(name, content, day=date(2025, 9, 9), declared=None):
        declared = declared or feed(name)
        ensure_landing_table(database, declared)
        archived = archive.store(io.BytesIO(content))
        delivery_id, _ = enter_delivery(database, declared, day, "some name", archived)
        landed = land(database, declared, delivery_id, archive.path(archived.sha256))
        entry = database.execute(
            "select landed_rows, extra_columns, missing_columns, refusal_code, refusal_id, refusal_en"
            " from ledger.landing where delivery_id = %s",
            (delivery_id,),
        ).fetchone()
        refusal = landed.refusal
        assert entry == (
            landed.landed_rows, list(landed.extra_columns), list(landed.missing_columns),
            refusal and refusal.code, refusal and refusal.text.id, refusal and refusal.text.en,
        )  # fmt: skip
        return landed

    return _deliver


@pytest.fixture
def rows(database):
    def _rows(table, columns):
        order = "order by delivery_id, sheet, row_number"
        return database.execute(f"select {columns} from landing.{table} {order}").fetchall()

    return _rows


def workbook(rows) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Data"
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def test_the_landing_table_has_the_declared_columns_as_text(database, feed):
    declared = feed("distan.kelompok_tani")
    ensure_landing_table(database, declared)
    ensure_landing_table(database, declared)
    columns = database.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'landing' and table_name = 'distan_kelompok_tani' order by ordinal_position"
    ).fetchall()
    assert columns == [
        ("delivery_id", "bigint"), ("sheet", "text"), ("row_number", "bigint"),
        ("nik", "text"), ("nama_anggota", "text"), ("kelompok_tani", "text"), ("kategori", "text"),
        ("luas_lahan_ha", "text"), ("kode_wilayah", "text"),
        ("number_cells", "ARRAY"), ("error_cells", "ARRAY"), ("typed_cells", "ARRAY"),
        ("defect", "text"), ("raw_record", "text"),
    ]  # fmt: skip
    (index,) = database.execute("select indexdef from pg_indexes where schemaname = 'landing'").fetchone()
    assert "USING brin (delivery_id, row_number)" in index


def test_a_landing_table_of_an_older_warehouse_gains_the_columns_about_cells(database, feed, deliver, rows):
    declared = feed("bpjstk.target")
    deliver("bpjstk.target", workbook([TARGET, [2025, "A", 1]]))
    for name in ("error_cells", "typed_cells"):
        database.execute(f"alter table landing.bpjstk_target drop column {name}")
    ensure_landing_table(database, declared)
    assert rows("bpjstk_target", "error_cells, typed_cells, number_cells") == [(None, None, None)]


def test_a_newly_declared_column_is_added(database, feed, deliver, rows):
    deliver("distan.kelompok_tani", TANI + b"1,A,K,PETANI,1,35\n")
    declared = feed("distan.kelompok_tani")
    more = (*declared.columns, Column(name="no_hp", header="no_hp", about="x"))
    deliver(
        "distan.kelompok_tani",
        TANI.replace(b"\n", b",No HP\n") + b"2,A,K,PETANI,1,35,08\n",
        declared=declared.model_copy(update={"columns": more}),
    )
    assert rows("distan_kelompok_tani", "nik, no_hp") == [("1", None), ("2", "08")]


def test_delimited_rows_land_as_received(deliver, rows):
    content = b"\xef\xbb\xbf" + TANI + '1 ,"Siti ""S""",,PETANI,"0,84",35\n\'2,A,"",é,1,35'.encode()
    landed = deliver("distan.kelompok_tani", content)
    assert (landed.landed_rows, landed.refusal) == (2, None)
    assert rows(
        "distan_kelompok_tani",
        "sheet, row_number, nik, nama_anggota, kelompok_tani, kategori, luas_lahan_ha, number_cells, defect",
    ) == [
        ("", 2, "1 ", 'Siti "S"', None, "PETANI", "0,84", None, None),
        ("", 3, "'2", "A", None, "é", "1", None, None),
    ]


def test_broken_records_land_with_their_defect_beside_the_others(deliver, rows):
    sound = b"".join(b"TX%d|1|2|202501|JKK|5|2025-01-01|APBD\n" % number for number in range(5000))
    content = IURAN + sound + b'TX|"x\nT\x00|x\n\xff|y\n' + sound + b'TX|"1\n2"|2|202501|JKK|5|2025-01-01|APBD\n'
    landed = deliver("bpjstk.iuran", gzip.compress(content))
    assert landed.landed_rows == 10_004
    found = rows("bpjstk_iuran", "row_number, no_transaksi, kode_billing, defect, raw_record")
    assert [row for row in found if row[3]] == [
        (5002, None, None, "quote not closed", 'TX|"x'),
        (5003, None, None, "NUL byte", "T\\x00|x"),
        (5004, None, None, f"byte {content.index(0xFF) + 1} is not utf-8", "\\xff|y"),
    ]
    assert [row[0] for row in found] == list(range(2, 10_006))
    assert found[5003 - 1 + 1][:2] == (5005, "TX0")
    assert found[-1][:3] == (10_005, "TX", "1\n2")


def test_cp1252_lands_as_unicode(deliver, rows):
    content = "NIK;Nama;Jenis;Kode Wilayah\r\n1;Supardi – PSM €;RELAWAN SOSIAL;35\r\n".encode("cp1252")  # noqa: RUF001
    deliver("dinsos.relawan_disabilitas", content + b"2;\x81;R;35\r\n")
    assert rows("dinsos_relawan_disabilitas", "nama, defect, raw_record") == [
        ("Supardi – PSM €", None, None),  # noqa: RUF001
        (None, f"byte {len(content) + 3} is not cp1252", "2;\\x81;R;35"),
    ]


def test_a_line_that_would_end_the_data_of_copy_is_a_row(deliver, rows):
    deliver("distan.kelompok_tani", TANI + b'1,A,K,P,1,35\n\\.\n2,"x\n\\.\ny",K,P,1,35\n3,\\.,K,P,1,35\n')
    assert rows("distan_kelompok_tani", "row_number, nik, nama_anggota, defect") == [
        (2, "1", "A", None),
        (3, None, None, "1 fields instead of 6"),
        (4, "2", "x\n\\.\ny", None),
        (5, "3", "\\.", None),
    ]


@pytest.mark.parametrize("sign", [",", "\t", "x", "1", "."])
def test_what_means_something_to_copy_lands_as_received(deliver, rows, feed, sign):
    declared = feed("distan.kelompok_tani")
    columns = tuple(c.model_copy(update={"header": "ABCDEF"[n]}) for n, c in enumerate(declared.columns))
    format_ = declared.format.model_copy(update={"delimiter": sign})
    plain = [["abcdefg"[number % 7], "\\N", "a\\b\\", "\\\\", "\\t", "\\r"] for number in range(2003)]
    quoted = ["q", f"one{sign}two", "line\nline", "carriage\r\nreturn\\", "t\tab", "\\."]
    lines = ["ABCDEF", *plain, [f'"{cell}"' for cell in quoted], *plain]
    content = "\n".join(map(sign.join, lines)).encode()
    deliver(
        "distan.kelompok_tani", content, declared=declared.model_copy(update={"format": format_, "columns": columns})
    )
    found = rows("distan_kelompok_tani", "row_number, defect, " + ", ".join(column.name for column in columns))
    assert [row[0] for row in found] == list(range(2, 4009))
    assert [list(row[2:]) for row in found] == [*plain, quoted, *plain]
    assert not any(row[1] for row in found)


def test_undeclared_columns_are_kept_and_named(deliver, rows):
    header = TANI.replace(b"\n", b",No. HP,no hp,Catatan / Ket\n")
    landed = deliver("distan.kelompok_tani", header + b"1,A,K,PETANI,1,35,08,09,x\n")
    assert landed.extra_columns == ("No. HP", "no hp", "Catatan / Ket")
    deliver("distan.kelompok_tani", TANI + b"2,A,K,PETANI,1,35\n", date(2025, 9, 10))
    assert rows("distan_kelompok_tani", "nik, x_no_hp, x_no_hp_2, x_catatan_ket") == [
        ("1", "08", "09", "x"),
        ("2", None, None, None),
    ]


def test_ever_new_columns_do_not_widen_the_table_for_ever(deliver, rows, monkeypatch):
    monkeypatch.setattr(tables, "EXTRA_COLUMNS", 2)
    for number in range(4):
        header = TANI.replace(b"\n", b",cetak %d,,keterangan\n" % number)
        deliver("distan.kelompok_tani", header + b"%d,A,K,PETANI,1,35,a,b,c\n1,1\n" % number, date(2025, 9, number + 1))
    found = rows("distan_kelompok_tani", "nik, x_cetak_0, x_keterangan, x_others, defect")
    assert [row[:3] for row in found if not row[4]] == [
        ("0", "a", "c"), ("1", None, "c"), ("2", None, "c"), ("3", None, "c"),
    ]  # fmt: skip
    assert [json.loads(row[3]) for row in found if not row[4]] == [
        {"#8": "b"}, {"cetak 1": "a", "#8": "b"}, {"cetak 2": "a", "#8": "b"}, {"cetak 3": "a", "#8": "b"},
    ]  # fmt: skip
    assert [row[4] for row in found if row[4]] == ["2 fields instead of 9"] * 4


def test_an_odd_header_makes_a_tame_column_name(deliver, rows):
    header = TANI.replace(b"\n", b',"a""; drop table x; --",%s\n' % (b"N" * 300))
    landed = deliver("distan.kelompok_tani", header + b"1,A,K,PETANI,1,35,x,y\n")
    assert rows("distan_kelompok_tani", f"x_a_drop_table_x, x_{'n' * 40}") == [("x", "y")]
    assert max(map(len, landed.extra_columns)) == 100


def test_an_absent_optional_column_is_named_and_null(deliver, rows):
    landed = deliver("distan.kelompok_tani", b"nik,nama_anggota,kategori,kode_wilayah\n1,A,PETANI,35\n")
    assert landed.missing_columns == ("kelompok_tani", "luas_lahan_ha")
    assert rows("distan_kelompok_tani", "nik, kelompok_tani") == [("1", None)]


def test_a_workbook_lands_with_sheet_row_and_number_cells(deliver, rows):
    deliver("bpjstk.target", workbook([["TARGET"], [], TARGET, [2025, 7, 383], [2025, "A_x0000_", 1]]))
    assert rows("bpjstk_target", "sheet, row_number, tahun, kode_sektor, target_peserta, number_cells, defect") == [
        ("Data", 4, "2025", "7", "383", ["kode_sektor"], None),
        ("Data", 5, "2025", "A\\x00", "1", None, "NUL byte"),
    ]


def test_json_lands_by_element(deliver, rows):
    good = {"id": "1", "nomor_kontrak": 5, "tanggal_surat": None, "baru": [1]}
    landed = deliver("pupr.proyek_konstruksi", json.dumps([good, 7]).encode())
    assert landed.extra_columns == ("baru",)
    assert rows(
        "pupr_proyek_konstruksi", "row_number, id, nomor_kontrak, tanggal_surat, x_baru, number_cells, defect"
    ) == [
        (1, "1", "5", None, "[1]", ["nomor_kontrak"], None),
        (2, None, None, None, None, None, "no object"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bpjstk.iuran", gzip.compress(IURAN + b"1|2|3|4|5|6|7|8\n" * 200_000)[:-20], "UNREADABLE"),
        ("bpjstk.iuran", gzip.compress(IURAN.decode().encode("utf-16")), "ENCODING"),
        ("bpjstk.iuran", gzip.compress(IURAN.replace(b"KPJ", b"NPP")), "MISSING_COLUMN"),
        ("bpjstk.iuran", gzip.compress(IURAN.replace(b"\n", b"|kpj\n")), "REPEATED_COLUMN"),
        ("bpjstk.iuran", gzip.compress(b""), "HEADER_NOT_FOUND"),
        ("distan.kelompok_tani", TANI + b"\n \n", "NO_ROWS"),
        ("disdik.ptk_non_asn", b"[]", "NO_ROWS"),
        ("disdik.ptk_non_asn", b'[{"nik": "1"}, {"ni', "UNREADABLE"),
        ("disdik.ptk_non_asn", b'[{"nik":"","nama":null,"status_kepegawaian":" ","kode_wilayah":null}]', "NO_ROWS"),
        ("dinsos.relawan_disabilitas", RELAWAN + b";;;\r\n" * 9, "NO_ROWS"),
        ("dinsos.relawan_disabilitas", RELAWAN + b"1;A;R;35\r\n2;B", "TRUNCATED"),
        ("dinsos.relawan_disabilitas", RELAWAN + 2000 * b"1;A;R;35\r\n" + "1;Ñ;R;35\r\n".encode(), "ENCODING"),
        ("dinsos.relawan_disabilitas", (RELAWAN + b"1;A;R;35\r\n").decode().encode("utf-16"), "ENCODING"),
        ("distan.kelompok_tani", TANI.replace(b"\n", b",x\n") + b'1,A,K,P,1,35,x\n2,"B', "TRUNCATED"),
        ("bpjstk.iuran", gzip.compress(IURAN + b"1|2|3|4|5|6|7|8\n" * 9000 + b"1|2|3"), "TRUNCATED"),
        ("bpjstk.iuran", gzip.compress(gzip.compress(IURAN)), "UNREADABLE"),
        ("bpjstk.target", b"<html><body>Login</body></html>", "UNREADABLE"),
        ("bpjstk.target", workbook([TARGET]), "NO_ROWS"),
        ("bpjstk.target", workbook([TARGET[:2], [2025, "A"]]), "MISSING_COLUMN"),
        ("bpjstk.target", workbook([TARGET, [2025, "A", 1]])[:-100], "UNREADABLE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_refused_delivery_leaves_no_row_and_says_why(deliver, database, name, content, code):
    landed = deliver(name, content)
    assert (landed.landed_rows, landed.refusal.code) == (0, code)
    assert "Mohon" in landed.refusal.text.id
    assert "Ask the office" in landed.refusal.text.en
    table = name.replace(".", "_")
    assert database.execute(f"select from landing.{table}").fetchall() == []


def test_a_refusal_takes_back_what_its_earlier_sheets_landed(deliver, rows):
    book, buffer = openpyxl.Workbook(), io.BytesIO()
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
    book.active.append([*header, "Baru"])
    book.active.append(["x"] * 10)
    book.create_sheet("Luar Kota").append(header[:-1])
    book.save(buffer)
    landed = deliver("disnaker.penerima_dbhcht", buffer.getvalue())
    assert landed.refusal.code == "MISSING_COLUMN"
    assert landed.missing_columns == ("BULAN SELESAI",)
    assert rows("disnaker_penerima_dbhcht", "1") == []


def test_a_footer_without_a_line_end_is_no_cut_record(deliver, rows, feed):
    declared = feed("dinsos.relawan_disabilitas")
    declared = declared.model_copy(
        update={"format": declared.format.model_copy(update={"footer": ("Dicetak", "JUMLAH"), "end": ("Mengetahui",)})}
    )
    content = RELAWAN + b"1;A;R;35\r\n2;B;R;35\r\n"
    for number, last in enumerate((b"JUMLAH", b"Dicetak 9 September 2025", b"Mengetahui,\r\nKepala Dinas"), 1):
        landed = deliver("dinsos.relawan_disabilitas", content + last, date(2025, 9, number), declared)
        assert (landed.landed_rows, landed.refusal) == (2, None)
    landed = deliver("dinsos.relawan_disabilitas", content + b"3;C", date(2025, 9, 9), declared)
    assert landed.refusal.code == "TRUNCATED"
    assert "4" in landed.refusal.text.id


def test_blank_rows_are_not_delivered_in_any_format(deliver, rows):
    landed = deliver("dinsos.relawan_disabilitas", RELAWAN + b";;;\r\n1;A;R;35\r\n ;';\xa0;\r\n2;B;R;35\r\n;;;")
    assert landed.landed_rows == 2
    assert rows("dinsos_relawan_disabilitas", "row_number, nik") == [(3, "1"), (5, "2")]
    deliver("diskumdag.sosialisasi", b"id,kegiatan_id,tanggal,tempat,nik\n,,,,\n1,2,2025-09-09,x,3\n,,,,\n")
    assert rows("diskumdag_sosialisasi", "row_number, id") == [(3, "1")]
    row = {"nik": "1", "nama": "A", "status_kepegawaian": "K2", "kode_wilayah": "3"}
    deliver(
        "disdik.ptk_non_asn", json.dumps([{}, row, dict.fromkeys(row), dict.fromkeys(row, "\u200b "), row]).encode()
    )
    assert rows("disdik_ptk_non_asn", "row_number") == [(2,), (5,)]
    deliver("bpjstk.target", workbook([TARGET, ["'", " ", "\u200b"], [2025, "A", 1], ["\u00a0"]]))
    assert rows("bpjstk_target", "row_number") == [(3,)]


def test_a_row_that_is_filled_where_nobody_declared_a_column_is_delivered(deliver, rows):
    landed = deliver("dinsos.relawan_disabilitas", RELAWAN.replace(b"\r", b";Catatan\r") + b";;;;x\r\n;;;;\r\n")
    assert landed.landed_rows == 1


def test_contributions_may_have_no_rows(deliver):
    landed = deliver("bpjstk.iuran", gzip.compress(IURAN))
    assert (landed.landed_rows, landed.refusal) == (0, None)


def test_no_refusal_holds_the_value_of_a_cell(deliver):
    secret = b"3579024302978384"
    for content in (secret + b"," * 5, secret, b"nik," + secret, TANI[:-1] + b",nik\n" + secret):
        refusal = deliver("distan.kelompok_tani", content).refusal
        assert secret.decode() not in refusal.text.id + refusal.text.en + str(refusal)


def test_landing_again_replaces_what_was_landed(database, feed, deliver, rows, tmp_path):
    content = TANI + b"1,A,K,PETANI,1,35\n2,B,K,PETANI,1,35\n"
    deliver("distan.kelompok_tani", TANI + b"0,A,K,PETANI,1,35\n", date(2025, 9, 8))
    before = deliver("distan.kelompok_tani", content)
    again = deliver("distan.kelompok_tani", content)
    assert again == before
    assert rows("distan_kelompok_tani", "nik") == [("0",), ("1",), ("2",)]


def test_a_load_that_breaks_off_changes_nothing(database, feed, deliver, rows, monkeypatch):
    content = TANI + b"1,A,K,PETANI,1,35\n"
    deliver("distan.kelompok_tani", content)
    database.commit()

    def broken_disk(*_):
        yield TANI
        raise OSError("disk failed")

    monkeypatch.setattr("cakupan.landing.landing.chunks", broken_disk)
    with pytest.raises(OSError, match="disk failed"):
        deliver("distan.kelompok_tani", content)
    database.rollback()
    assert rows("distan_kelompok_tani", "nik") == [("1",)]
    assert database.execute("select landed_rows from ledger.landing").fetchall() == [(1,)]


def test_two_loads_of_one_delivery_at_once_land_it_once(database, feed, deliver, rows, tmp_path):
    declared = feed("distan.kelompok_tani")
    ensure_landing_table(database, declared)
    archive = Archive(tmp_path / "archive")
    archived = archive.store(io.BytesIO(TANI + b"1,A,K,PETANI,1,35\n" * 2000))
    delivery_id, _ = enter_delivery(database, declared, date(2025, 9, 9), "x", archived)
    database.commit()
    errors = []

    def load():
        try:
            with connect(Role.LOADER) as connection:
                land(connection, declared, delivery_id, archive.path(archived.sha256))
        except psycopg.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert database.execute("select count(*) from landing.distan_kelompok_tani").fetchone() == (2000,)


def test_tables_made_by_two_at_once_are_made_once(database, database_name, feed):
    declared = feed("distan.kelompok_tani")
    errors = []

    def make():
        try:
            with connect(Role.LOADER) as connection:
                ensure_landing_table(connection, declared)
        except psycopg.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


BUDGET = [
    "KODE SKPD", "NAMA SKPD", "KODE SUB KEGIATAN", "NAMA SUB KEGIATAN", "KODE REKENING", "URAIAN",
    "SUMBER DANA", "NO DPA", "TGL DPA", "JENIS", "PAGU",
]  # fmt: skip
LINE = ["2.07", "D", "2.07.05", "P", "5.1", "U", "DBHCHT", "DPA/1", date(2025, 1, 6), "MURNI", 9505000]


def told(database):
    return database.execute("select totals from ledger.landing order by delivery_id desc limit 1").fetchone()[0]


def test_what_a_total_row_says_is_kept_as_received(deliver, database):
    rows = [["DPA 2025"], BUDGET, LINE, LINE, ["JUMLAH", *[None] * 9, 19010000.5], [], ["Dicetak 7/9/2025"]]
    deliver("sipd.anggaran", workbook(rows))
    assert told(database) == [{"sheet": "Data", "row": 5, "column": "pagu", "amount": "19010000,5"}]
    deliver("sipd.anggaran", workbook([BUDGET, LINE, [" Jumlah total", *[None] * 9, "Rp 9.505.000"]]))
    assert told(database) == [{"sheet": "Data", "row": 3, "column": "pagu", "amount": "Rp 9.505.000"}]


@pytest.mark.parametrize("cell", [None, "=SUM(K2:K2)", "#REF!", " "])
def test_a_total_row_without_an_amount_says_nothing(deliver, database, cell):
    landed = deliver("sipd.anggaran", workbook([BUDGET, LINE, ["JUMLAH", *[None] * 9, cell]]))
    assert (landed.landed_rows, told(database)) == (1, None)


def test_the_total_row_of_a_text_file_says_it_too(deliver, database, feed):
    declared = feed("distan.kelompok_tani")
    columns = tuple(
        column.model_copy(update={"type": "count"}) if column.name == "luas_lahan_ha" else column
        for column in declared.columns
    )
    format_ = declared.format.model_copy(update={"end": ("Jumlah",)})
    declared = declared.model_copy(update={"columns": columns, "format": format_})
    landed = deliver("distan.kelompok_tani", TANI + b"1,A,K,P,1,35\n2,B,K,P,2,35\nJumlah,,,,3,\n", declared=declared)
    assert landed.landed_rows == 2
    assert told(database) == [{"sheet": "", "row": 4, "column": "luas_lahan_ha", "amount": "3"}]


@pytest.mark.parametrize("columns", [b"\n", b",x,\n"], ids=["whole lines", "one by one"])
def test_a_database_that_stores_another_number_of_rows_than_were_read_keeps_none(
    deliver, database, rows, monkeypatch, columns
):
    content = TANI.replace(b"\n", columns) + b"".join(b"%d,A,K,P,1,35%b" % (n, columns) for n in range(9))
    deliver("distan.kelompok_tani", content)
    monkeypatch.setattr("cakupan.landing.copying._agreed", lambda feed, read, stored: agreed(feed, read + 1, stored))
    with pytest.raises(CountsDiffer, match="10 records were read and 9 stored"):
        deliver("distan.kelompok_tani", content + b"\n", date(2025, 9, 10))
    assert rows("distan_kelompok_tani", "nik") == [(str(n),) for n in range(9)]


def test_a_large_file_streams(database, feed, deliver):
    """Ten megabytes of text in a few of memory; two million rows were measured to take under 70 MB in all."""
    import tracemalloc

    line = b"TX%09d|259018725480|22000000001|202501|JKK|12479|2025-01-22|PEMBERI_KERJA\n"
    content = gzip.compress(IURAN + b"".join(line % number for number in range(150_000)) + b"TX|1\n", 1)
    deliver("bpjstk.iuran", gzip.compress(IURAN))
    tracemalloc.start()
    landed = deliver("bpjstk.iuran", content, date(2025, 9, 10))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert landed.landed_rows == 150_001
    assert peak < 12_000_000


def test_the_archived_bytes_stay_as_they_are(deliver, tmp_path):
    content = TANI + b"1,A,K,PETANI,1,35\n"
    deliver("distan.kelompok_tani", content)
    kept = [path for path in Path(tmp_path / "archive").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [content]
