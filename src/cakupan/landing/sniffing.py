"""What a file is, by its first bytes, where it is not what its feed declares: the refusal says that, not what a reader
stumbled over."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from pathlib import Path

from cakupan.bilingual import Text
from cakupan.feeds import CsvFormat, JsonFormat, XlsxFormat
from cakupan.landing.refusals import other_kind

HEAD_BYTES = 4096
BOM = codecs.BOM_UTF8
GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0"

EMPTY = Text("kosong (tidak ada isinya)", "empty")
NULS = Text(
    "hanya berisi byte nol, seperti sisa unggahan yang gagal", "nothing but NUL bytes, as a failed upload leaves"
)
IS_GZIP = Text("berkas yang dimampatkan dengan gzip", "compressed with gzip")
GZIP_TWICE = Text("dimampatkan dengan gzip dua kali", "compressed with gzip twice")
IS_ZIP = Text("berkas ZIP", "a ZIP archive")
DAMAGED_ZIP = Text("berkas ZIP atau Excel yang rusak", "a damaged ZIP archive or Excel workbook")
IS_XLSX = Text("buku kerja Excel (.xlsx)", "an Excel workbook (.xlsx)")
IS_XLSB = Text("buku kerja Excel biner (.xlsb)", "a binary Excel workbook (.xlsb)")
IS_ODS = Text("buku kerja OpenDocument (.ods)", "an OpenDocument spreadsheet (.ods)")
IS_WORD = Text("dokumen Word (.docx)", "a Word document (.docx)")
IS_OLE = Text(
    "berformat Excel lama (.xls) atau dilindungi kata sandi",
    "in the old Excel format (.xls) or protected by a password",
)
IS_HTML = Text(
    "halaman web (HTML), misalnya halaman masuk (login) atau pesan kesalahan",
    "a web page (HTML), such as a login page or an error message",
)
IS_XML = Text("berkas XML", "an XML file")
IS_JSON = Text("berkas JSON", "a JSON file")
IS_TEXT = Text("teks biasa, misalnya CSV", "plain text, such as CSV")
IS_RTF = Text("dokumen RTF", "an RTF document")
PLAIN = Text("berkas yang tidak dimampatkan", "not compressed")
BY_MAGIC = {
    GZIP: IS_GZIP,
    OLE: IS_OLE,
    b"%PDF": Text("dokumen PDF", "a PDF document"),
    b"\x89PNG": Text("gambar (PNG)", "an image (PNG)"),
    b"\xff\xd8\xff": Text("gambar (JPEG)", "an image (JPEG)"),
    b"GIF8": Text("gambar (GIF)", "an image (GIF)"),
    b"Rar!": Text("arsip RAR", "a RAR archive"),
    b"7z\xbc\xaf\x27\x1c": Text("arsip 7-Zip", "a 7-Zip archive"),
    b"BZh": Text("berkas yang dimampatkan dengan bzip2", "compressed with bzip2"),
    b"\xfd7zXZ": Text("berkas yang dimampatkan dengan xz", "compressed with xz"),
    b"\x28\xb5\x2f\xfd": Text("berkas yang dimampatkan dengan Zstandard", "compressed with Zstandard"),
    b"SQLite format 3": Text("basis data SQLite", "an SQLite database"),
    b"{\\rtf": IS_RTF,
}
_HTML = re.compile(
    rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|script|table|div)\b",
    re.I | re.S,
)
_JSON = re.compile(rb"""[\[{]\s*(?:[\[{]\s*)?(?:"|[\]}])""")


_WORKBOOK = re.compile(r"\[content_types\]\.xml|workbook[0-9]*\.xml|xl/|docprops/")
_DAMAGED = "\0damaged"


def refuse_other_kind(format_: CsvFormat | XlsxFormat | JsonFormat, path: Path) -> None:
    """Refuse a file that is plainly something else than the feed declares. Raises Refused UNREADABLE."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    due = _due(format_)
    found: Text | None
    if not head and isinstance(format_, CsvFormat) and not format_.compression:
        return  # that there is no header says as much
    if isinstance(format_, CsvFormat) and format_.compression:
        found = _in_gzip(head) if head.startswith(GZIP) else kind_of(head, path) or PLAIN
    elif isinstance(format_, XlsxFormat):
        found = kind_of(head, path)
        found = None if found in (IS_XLSX, DAMAGED_ZIP) else found or _no_text(head)
    else:
        found = kind_of(head, path)
        if isinstance(format_, JsonFormat):
            found = None if found is IS_JSON else found or _no_json(head)
    if found is not None:
        raise other_kind(found, due)


def kind_of(head: bytes, path: Path | None = None) -> Text | None:
    """Tell what begins so; None for what may be text, or a ZIP of which nothing can be told."""
    if not head.strip(b"\0"):
        return NULS if head else EMPTY
    if head.startswith(ZIP):
        return _in_zip(head, path)
    by_magic = next((reason for magic, reason in BY_MAGIC.items() if head.startswith(magic)), None)
    return by_magic or _markup(head.removeprefix(BOM).lstrip())


def _markup(text: bytes) -> Text | None:
    if _HTML.match(text):
        return IS_HTML
    if text.startswith(b"<?xml"):
        return IS_XML
    return IS_JSON if _JSON.match(text) else None


def _in_gzip(head: bytes) -> Text | None:
    try:
        inside = zlib.decompressobj(31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return None  # reading all of it says how it is damaged
    found = kind_of(inside) if inside else None
    return GZIP_TWICE if found is IS_GZIP else found


def _in_zip(head: bytes, path: Path | None) -> Text:
    """Tell what kind of ZIP it is by the names of its parts; where its end is missing, by those at its beginning."""
    text = head.decode("latin-1").lower()
    if path:
        try:
            with zipfile.ZipFile(path) as archive:
                text = "\n".join(archive.namelist()).replace("\\", "/").lower()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            text += _DAMAGED
    if "word/document" in text:
        return IS_WORD
    if re.search(r"workbook[0-9]*\.bin", text):
        return IS_XLSB
    if "content.xml" in text and "mimetype" in text:
        return IS_ODS
    return IS_XLSX if _WORKBOOK.search(text) else DAMAGED_ZIP if text.endswith(_DAMAGED) else IS_ZIP


def _no_text(head: bytes) -> Text | None:
    """Tell that a file which should be no text is text, where it is."""
    return IS_TEXT if b"\0" not in head and not re.search(rb"[\x01-\x08\x0e-\x1a]", head) else None


def _no_json(head: bytes) -> Text | None:
    """Tell what a file is that does not begin as JSON begins; of some beginnings only the parser can tell."""
    text = head.removeprefix(BOM).lstrip()
    if not text:
        return EMPTY
    if b"\0" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or text[:1] in b"[{":
        return None
    return IS_TEXT if re.match(rb"[^\r\n]*[,;|\t]", text) else None


def _due(format_: CsvFormat | XlsxFormat | JsonFormat) -> Text:
    if isinstance(format_, XlsxFormat):
        return IS_XLSX
    if isinstance(format_, JsonFormat):
        return IS_JSON
    if format_.compression:
        return Text(
            "berkas CSV yang dimampatkan dengan gzip satu kali (.csv.gz)",
            "a CSV file compressed with gzip once (.csv.gz)",
        )
    return Text("berkas CSV (.csv)", "a CSV file (.csv)")


def encoding_found(data: bytes) -> str | None:
    """Return the encoding in which a text with these first bytes seems to be; None where nothing tells."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"),
        (codecs.BOM_UTF16_BE, "UTF-16"), (BOM, "UTF-8 (BOM)"),
    ):  # fmt: skip
        if data.startswith(mark):
            return name
    if b"\0" in data:
        # Latin letters leave one byte of each character: the others are NUL.
        filled = sorted(sum(byte != 0 for byte in data[place:HEAD_BYTES:4]) for place in range(4))
        return "UTF-32" if filled[2] * 8 < filled[3] else "UTF-16" if filled[1] * 8 < filled[2] else None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "cp1252"
    return "UTF-8"
