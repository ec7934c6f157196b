"""Why a delivery is refused, as the office and the data team read it: the file, the place, and what to do, twice."""

import gzip
import inspect
import io
import json
import re
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from cakupan import quality
from cakupan.landing import ensure_landing_table, land, refusals
from cakupan.landing.archive import Archive
from cakupan.ledger.deliveries import enter_delivery
from tests.landing.test_odd_cells import BOOK, SHEET, row, sheet

PEKERJA = ["No", "NIK", "Nama Lengkap", "Bidang Seni", "Kode Wilayah"]
RELAWAN = b"NIK;Nama;Jenis;Kode Wilayah\r\n"
PERSON = b"1;A;R;35\r\n"
IURAN = b"NO_TRANSAKSI|KODE_BILLING|KPJ|BULAN_IURAN|PROGRAM|JUMLAH|TGL_BAYAR|SUMBER_DANA\n"
APPLICATION = ["NO PERMOHONAN", "TGL PERMOHONAN", "NIK", "NAMA", "JENIS BANTUAN", "NILAI", "CATATAN"]


def workbook(*rows: list[Any]) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Data"
    for cells in rows:
        book.active.append(cells)
    book.save(stream)
    return stream.getvalue()


def package(*rows: str, **members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in (BOOK | {SHEET: sheet(row(1, APPLICATION), *rows)} | members).items():
            archive.writestr(name, text)
    return stream.getvalue()


STRAY = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
TWICE = '<row r="3"><c r="B3"><v>1</v></c><c r="B3"><v>2</v></c></row>'
DTD = {"xl/styles.xml": '<!DOCTYPE x SYSTEM "x">' + BOOK["xl/styles.xml"]}
NAMED_TWICE = {
    "xl/workbook.xml": BOOK["xl/workbook.xml"].replace(
        "</sheets>", '<sheet name="Data" sheetId="2" r:id="r1"/></sheets>'
    )
}
LOOKALIKE = [name.replace("NIK", "NI\u041a") for name in PEKERJA]

REFUSED = [
    ("bpjstk.iuran", gzip.compress(IURAN)[:-9], "UNREADABLE", [], ["cut short"]),
    ("bpjstk.iuran", gzip.compress(IURAN + bytes(64 << 20)), "UNREADABLE", [], ["far larger"]),
    ("bpjstk.iuran", IURAN, "UNREADABLE", [], ["not compressed", ".csv.gz"]),
    ("bpjstk.iuran", gzip.compress(IURAN.decode().encode("utf-16")), "ENCODING", [], ["UTF-16", "utf-8"]),
    ("bpjstk.iuran", gzip.compress(b""), "HEADER_NOT_FOUND", [], ["empty"]),
    ("dinsos.relawan_disabilitas", RELAWAN + PERSON + b"2;B", "TRUNCATED", ["nomor 3", "number 3"], ["upload"]),
    ("dinsos.relawan_disabilitas", RELAWAN + "1;é;R;35\r\n".encode(), "ENCODING", [], ["UTF-8", "cp1252"]),
    ("dinsos.relawan_disabilitas", RELAWAN, "NO_ROWS", [], ["no data rows"]),
    (
        "dinsos.relawan_disabilitas", b"\r\n" + RELAWAN.replace(b"\r", b";nik\r") + PERSON, "REPEATED_COLUMN",
        ["NIK", "kolom ke-5 baris 2", "column 5 of row 2"], ["keep one"],
    ),
    ("dinsos.relawan_disabilitas", RELAWAN.replace(b";", b","), "MISSING_COLUMN", ["NIK", "';'", "','"], ["separated"]),
    ("dispar.pekerja_seni", workbook(["No", *PEKERJA[2:]], [1]), "MISSING_COLUMN", ['"Data"', "NIK"], ["lacks"]),
    (
        "dispar.pekerja_seni", workbook(["JUDUL"], LOOKALIKE, [1]), "MISSING_COLUMN",
        ['"Data"', "NIK", "B2", "U+041A"], ["plain letters"],
    ),
    ("dispar.pekerja_seni", workbook([*PEKERJA, "nik"], [1]), "REPEATED_COLUMN", ['"Data"', "B1", "F1"], ["keep one"]),
    ("dispar.pekerja_seni", workbook(PEKERJA), "NO_ROWS", [], ["no data rows"]),
    ("dispar.pekerja_seni", workbook(PEKERJA)[:-30], "UNREADABLE", [], ["cut short or damaged"]),
    ("dispar.pekerja_seni", b"\xd0\xcf\x11\xe0" + bytes(600), "UNREADABLE", [], ["password"]),
    ("distan.permohonan_bantuan", package(STRAY), "UNREADABLE", ['"Data"', "XFD1048576"], ["cleared"]),
    ("distan.permohonan_bantuan", package(TWICE), "UNREADABLE", ['"Data"', "B3"], ["stored twice"]),
    ("distan.permohonan_bantuan", package(**DTD), "UNREADABLE", [], ["DTD"]),
    ("distan.permohonan_bantuan", package(**NAMED_TWICE), "UNREADABLE", [], ["same name"]),
    ("disdik.ptk_non_asn", b'[{"nik": "1"', "UNREADABLE", ["JSON"], ["cut short or damaged"]),
    ("disdik.ptk_non_asn", b'{"data": 1}', "UNREADABLE", ["JSON"], ["no array of objects"]),
    ("disdik.ptk_non_asn", json.dumps([{"nama": "A"}]).encode(), "MISSING_COLUMN", ["nik"], ["lacks"]),
    ("disdik.ptk_non_asn", b'[{"nik": "\xe9"}]', "ENCODING", [], ["cp1252", "utf-8"]),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[2]}-{case[4][0]}")
def test_a_reason_names_the_file_the_place_and_what_to_do_in_both_languages(database, feed, tmp_path, case):
    name, content, code, both, english = case
    declared = feed(name)
    ensure_landing_table(database, declared)
    archive = Archive(tmp_path / "archive")
    archived = archive.store(io.BytesIO(content))
    file = f"{declared.feed}_20250909.{declared.format.extension}"
    delivery_id, _ = enter_delivery(database, declared, date(2025, 9, 9), file, archived)
    assert land(database, declared, delivery_id, archive.path(archived.sha256)).refusal
    (outcome,) = quality.validate_feed(database, declared)
    assert (outcome.status, outcome.code) == ("REJECTED", code)
    reason_id, reason_en = database.execute(
        "select reason_id, reason_en from ledger.validation where delivery_id = %s", (delivery_id,)
    ).fetchone()
    assert reason_id.startswith(f"Kiriman {name} 2025-09-09 ({file}) ditolak. ")
    assert reason_en.startswith(f"Delivery {name} 2025-09-09 ({file}) is rejected. ")
    assert re.search(r"Mohon .*kirim kembali dengan nama berkas yang sama\.$", reason_id, re.DOTALL)
    assert re.search(r"Ask the office to .*re-send .*under the same name\.$", reason_en, re.DOTALL)
    for word in both:
        spelled = [text for text in (reason_id, reason_en) if word in text]
        # What is told in words differs with the language; names, cells and signs do not.
        assert spelled == [reason_id, reason_en] or (len(spelled) == 1 and " " in word)
    for word in english:
        assert word in reason_en


def test_every_code_is_tried():
    codes = set(re.findall(r'Refused\(\s*"([A-Z_]+)"', inspect.getsource(refusals)))
    assert codes == {code for _, _, code, _, _ in REFUSED}
