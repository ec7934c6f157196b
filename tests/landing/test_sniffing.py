import gzip
import io
import json
import zipfile

import openpyxl
import pytest

from cakupan.feeds import CsvFormat, JsonFormat, XlsxFormat
from cakupan.landing.refusals import Refused
from cakupan.landing.sniffing import encoding_found, refuse_other_kind

CSV = CsvFormat(kind="csv", delimiter=";", encoding="cp1252")
PACKED = CsvFormat(kind="csv", delimiter="|", compression="gzip")
XLSX = XlsxFormat(kind="xlsx")
JSON = JsonFormat(kind="json")
TEXT = b"NIK;NAMA\r\n1;A\r\n"


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 5000)
    return stream.getvalue()


def workbook() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


PAGE = b"\xef\xbb\xbf \r\n<!DOCTYPE html>\n<html><head><title>Login</title></head></html>"
ROWS = json.dumps([{"nik": "1"}]).encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("format_", "data", "is_", "due"),
    [
        (CSV, PAGE, "a web page (HTML)", "a CSV file (.csv)"),
        (XLSX, PAGE, "a web page (HTML)", "an Excel workbook (.xlsx)"),
        (JSON, PAGE, "a web page (HTML)", "a JSON file"),
        (PACKED, PAGE, "a web page (HTML)", "a CSV file compressed with gzip once (.csv.gz)"),
        (PACKED, gzip.compress(PAGE), "a web page (HTML)", "(.csv.gz)"),
        (CSV, b"<html>502 Bad Gateway</html>", "a web page (HTML)", ".csv"),
        (CSV, b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html/>', "a web page (HTML)", ".csv"),
        (XLSX, b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "an XML file", ".xlsx"),
        (PACKED, TEXT, "not compressed", "(.csv.gz)"),
        (PACKED, zipped("iuran.csv"), "a ZIP archive", "(.csv.gz)"),
        (PACKED, workbook(), "an Excel workbook (.xlsx)", "(.csv.gz)"),
        (PACKED, gzip.compress(gzip.compress(TEXT)), "compressed with gzip twice", "(.csv.gz)"),
        (PACKED, gzip.compress(zipped("iuran.csv")), "a ZIP archive", "(.csv.gz)"),
        (PACKED, gzip.compress(workbook()), "an Excel workbook (.xlsx)", "(.csv.gz)"),
        (PACKED, b"", "empty", "(.csv.gz)"),
        (CSV, gzip.compress(TEXT), "compressed with gzip", ".csv"),
        (CSV, workbook(), "an Excel workbook (.xlsx)", ".csv"),
        (CSV, workbook()[:3000], "an Excel workbook (.xlsx)", ".csv"),
        (JSON, workbook(), "an Excel workbook (.xlsx)", "JSON"),
        (CSV, zipped("data.csv"), "a ZIP archive", ".csv"),
        (XLSX, zipped("data.csv"), "a ZIP archive", ".xlsx"),
        (XLSX, zipped("mimetype", "content.xml", "META-INF/manifest.xml"), "an OpenDocument spreadsheet", ".xlsx"),
        (XLSX, zipped("[Content_Types].xml", "word/document.xml"), "a Word document", ".xlsx"),
        (XLSX, zipped("[Content_Types].xml", "xl/workbook.bin"), "a binary Excel workbook (.xlsb)", ".xlsx"),
        (XLSX, gzip.compress(workbook()), "compressed with gzip", ".xlsx"),
        (XLSX, OLE, "in the old Excel format (.xls) or protected by a password", ".xlsx"),
        (CSV, OLE, "in the old Excel format (.xls) or protected by a password", ".csv"),
        (XLSX, TEXT, "plain text, such as CSV", ".xlsx"),
        (XLSX, ROWS, "a JSON file", ".xlsx"),
        (XLSX, b"", "empty", ".xlsx"),
        (JSON, TEXT, "plain text, such as CSV", "JSON"),
        (JSON, b"", "empty", "JSON"),
        (JSON, b" \n", "empty", "JSON"),
        (CSV, ROWS, "a JSON file", ".csv"),
        (CSV, b"[]", "a JSON file", ".csv"),
        (CSV, b'\xef\xbb\xbf{ "data": [] }', "a JSON file", ".csv"),
        (CSV, bytes(5000), "nothing but NUL bytes", ".csv"),
        (XLSX, bytes(5000), "nothing but NUL bytes", ".xlsx"),
        (JSON, bytes(5000), "nothing but NUL bytes", "JSON"),
        (CSV, b"%PDF-1.7\n", "a PDF document", ".csv"),
        (XLSX, b"\x89PNG\r\n\x1a\n", "an image (PNG)", ".xlsx"),
        (CSV, b"\xff\xd8\xff\xe0", "an image (JPEG)", ".csv"),
        (XLSX, b"Rar!\x1a\x07", "a RAR archive", ".xlsx"),
        (CSV, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", ".csv"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(tmp_path, format_, data, is_, due):
    path = tmp_path / "f"
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        refuse_other_kind(format_, path)
    assert refused.value.code == "UNREADABLE"
    found, _, wanted = refused.value.text.en.partition(", but should be ")
    assert is_ in found
    assert due in wanted
    assert "Berkas ini " in refused.value.text.id
    assert "seharusnya" in refused.value.text.id
    assert "Mohon" in refused.value.text.id


@pytest.mark.parametrize(
    ("format_", "data"),
    [
        (CSV, TEXT),
        (CSV, b""),
        (CSV, b"[NIK];NAMA\n"),
        (CSV, b"{NIK};NAMA\n"),
        (CSV, b"<NIK>;NAMA\n"),
        (CSV, TEXT.decode().encode("utf-16")),
        (PACKED, gzip.compress(TEXT)),
        (PACKED, gzip.compress(b"")),
        (PACKED, gzip.compress(TEXT)[:12]),
        (XLSX, workbook()),
        (XLSX, workbook()[:2000]),
        (JSON, ROWS),
        (JSON, b"\xef\xbb\xbf" + ROWS),
        (JSON, b"[1, 2]"),
        (JSON, b"null"),
        (JSON, ROWS.decode().encode("utf-16")),
    ],
)
def test_what_may_be_of_the_declared_kind_is_left_to_its_reader(tmp_path, format_, data):
    path = tmp_path / "f"
    path.write_bytes(data)
    refuse_other_kind(format_, path)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "UTF-8 (BOM)"),
        ("utf-8", "UTF-8"),
        ("cp1252", "cp1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32"),
        ("utf-32-be", "UTF-32"),
    ],
)
def test_an_encoding_is_told_by_its_bytes(encoding, name):
    assert encoding_found("NO SP2D;URAIAN;José Peña;NILAI\n".encode(encoding)) == name
