import errno
import io
import struct
import zipfile
from unittest.mock import Mock

import openpyxl
import pytest

from cakupan.landing import workbook_check
from cakupan.landing.refusals import Refused
from cakupan.landing.workbook import parts
from cakupan.landing.workbook_check import check_workbook

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def sound() -> dict[str, bytes]:
    """The parts of a small sound workbook."""
    book = openpyxl.Workbook()
    book.active.title = "Data"
    book.active.append(["TAHUN", "KODE_SEKTOR", "TARGET_PESERTA"])
    book.active.append([2025, "A", 1])
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def write(tmp_path):
    def _write(members: dict[str, bytes]):
        path = tmp_path / "f"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return path

    return _write


def refusal(path) -> Refused:
    with pytest.raises(Refused) as refused:
        check_workbook(path)
    assert refused.value.code == "UNREADABLE"
    return refused.value


def test_a_sound_workbook_has_nothing_to_say(sound, write):
    assert check_workbook(write(sound)).findings == {"Data": workbook_check.Findings()}


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"NIK;NAMA\n1;2\n", b"<html></html>"],
    ids=["empty", "beginning", "csv", "html"],
)
def test_what_is_no_zip_is_unreadable(tmp_path, data):
    path = tmp_path / "f"
    path.write_bytes(data)
    refusal(path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_unreadable(sound, write, share):
    path = write(sound)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    refusal(path)


def test_a_flipped_byte_is_found(sound, write):
    path = write(sound)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(SHEET)
    data[info.header_offset + 30 + len(SHEET) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(data)
    refusal(path)


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET])
def test_a_missing_part_is_unreadable(sound, write, missing):
    del sound[missing]
    refusal(write(sound))


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_broken_xml_is_unreadable(sound, write, part):
    sound[part] = sound[part][:-10]
    refusal(write(sound))


def test_a_protected_or_old_workbook_is_named(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    assert "kata sandi" in refusal(path).text.id


def test_an_encrypted_zip_is_named(sound, write):
    path = write(sound)
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(signature, start + 4)
    path.write_bytes(data)
    assert "kata sandi" in refusal(path).text.id


def test_a_bomb_is_refused_before_it_is_inflated(sound, write, monkeypatch):
    path = write(sound | {"xl/media/bomb.bin": bytes(2 << 20)})
    monkeypatch.setattr(workbook_check, "INFLATED_BYTES", 1 << 20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("inflated"))
    assert "larger" in refusal(path).text.en


def test_a_bomb_that_lies_about_its_size_is_refused(sound, write, monkeypatch):
    monkeypatch.setattr(workbook_check, "INFLATED_BYTES", 1 << 20)
    sound["xl/sharedStrings.xml"] = b"<sst>" + b" " * (2 << 20) + b"</sst>"
    path = write(sound)
    real = struct.pack("<I", len(sound["xl/sharedStrings.xml"]))
    path.write_bytes(path.read_bytes().replace(real, struct.pack("<I", 1000)))
    refusal(path)


def test_too_many_parts_are_refused(sound, write, monkeypatch):
    monkeypatch.setattr(workbook_check, "PARTS", 20)
    refusal(write(sound | {f"xl/media/{number}.bin": b"" for number in range(20)}))


def test_one_stray_cell_far_away_is_refused_and_not_laid_out_in_memory(sound, write):
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sound[SHEET] = sound[SHEET].replace(b"</sheetData>", far)
    assert "larger" in refusal(write(sound)).text.en


def test_a_stray_cell_at_the_foot_of_the_sheet_is_borne(sound, write, feed):
    far = b'<row r="100000"><c r="C100000"><v>1</v></c></row></sheetData>'
    sound[SHEET] = sound[SHEET].replace(b"</sheetData>", far)
    (part,) = parts(feed("bpjstk.target"), feed("bpjstk.target").format, write(sound))
    assert [record.row_number for record in part.records] == [2, 100_000]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
    ids=["external entity", "bomb", "external DTD"],
)
def test_a_dtd_is_refused_in_every_part(sound, write, part, declaration):
    data = sound[part]
    start = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
    sound[part] = data[:start] + declaration + data[start:]
    assert "DTD" in refusal(write(sound)).text.en


def test_a_dtd_in_utf_16_is_refused(sound, write):
    text = sound[SHEET].decode()
    start = text.find("?>") + 2 if text.startswith("<?xml") else 0
    sound[SHEET] = ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []>' + text[start:]).encode("utf-16")
    assert "DTD" in refusal(write(sound)).text.en


def test_names_that_come_twice_are_refused(sound, write):
    path = write(sound)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning):
        archive.writestr(SHEET, b"<worksheet/>")
    refusal(path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_parts_packed_as_no_workbook_packs_them_are_refused(sound, tmp_path, packing):
    with zipfile.ZipFile(tmp_path / "f", "w", packing) as archive:
        for name, data in sound.items():
            archive.writestr(name, data)
    data = bytearray((tmp_path / "f").read_bytes())
    data[200] ^= 0xFF  # what unpacks them says so by an error of the disk's kind
    (tmp_path / "f").write_bytes(data)
    refusal(tmp_path / "f")


def test_a_part_that_is_said_to_begin_before_the_file_does_is_refused(sound, write):
    path = write(sound)
    data = bytearray(path.read_bytes())
    where = data.rfind(b"PK\5\6") + 16
    (begins,) = struct.unpack("<I", data[where : where + 4])
    data[where : where + 4] = struct.pack("<I", begins + 1)  # as if a byte before the file had been lost
    first = data.find(b"PK\1\2") + 42
    data[first : first + 4] = bytes(4)
    path.write_bytes(data)
    refusal(path)


def test_what_a_failing_disk_says_is_no_refusal(sound, write, monkeypatch):
    path = write(sound)
    monkeypatch.setattr(zipfile.ZipFile, "open", Mock(side_effect=OSError(errno.EIO, "")))
    with pytest.raises(OSError, match="Errno 5"):
        check_workbook(path)


def test_findings_are_told_by_sheet_and_place(sound, write):
    cells = (
        b'<row r="7"><c r="B7" t="e"><v>#REF!</v></c><c r="C7"><f>A1</f></c><c r="D7"><f>A1</f><v></v></c>'
        b'<c r="E7"><f>A1</f><v>5</v></c><c r="F7" t="str"><f>""</f><v></v></c></row></sheetData>'
    )
    sound[SHEET] = sound[SHEET].replace(b"</sheetData>", cells)
    assert check_workbook(write(sound)).findings == {
        "Data": workbook_check.Findings({(7, 1): "#REF!"}, {(7, 2), (7, 3)}),
    }


def test_a_workbook_without_a_visible_sheet_has_no_header(sound, write, feed):
    sound["xl/workbook.xml"] = sound["xl/workbook.xml"].replace(b'state="visible"', b'state="hidden"')
    with pytest.raises(Refused) as refused:
        next(parts(feed("bpjstk.target"), feed("bpjstk.target").format, write(sound)))
    assert refused.value.code == "HEADER_NOT_FOUND"
