"""Deliveries are written in the formats that feeds.md declares."""

import csv
import gzip
import io
import json
import zipfile
from datetime import datetime

import openpyxl
import pytest

from simulator.columns import Format
from simulator.feeds import BY_NAME, FEEDS
from tests.simulator.conftest import NIGHTS
from tests.simulator.reading import canonical, tables, valid_nik

HEADERS = {
    "bpjstk.kepesertaan": "KPJ NIK NAMA TGL_LAHIR JENIS_KELAMIN SEGMEN NPP KODE_SEKTOR PROGRAM SUMBER_IURAN STATUS "
    "TGL_AKTIF TGL_NONAKTIF KODE_WILAYAH",
    "bpjstk.iuran": "NO_TRANSAKSI KODE_BILLING KPJ BULAN_IURAN PROGRAM JUMLAH TGL_BAYAR SUMBER_DANA",
    "bpjstk.jakon": "NO_PENDAFTARAN NO_KONTRAK NPWP NILAI_KONTRAK TGL_DAFTAR TGL_MULAI TGL_SELESAI JUMLAH_TK "
    "IURAN_DIBAYAR",
    "distan.kelompok_tani": "nik nama_anggota kelompok_tani kategori luas_lahan_ha kode_wilayah",
    "diskumdag.pelaku_usaha": "id nik nama_pemilik nama_usaha jenis nib kode_wilayah",
    "diskumdag.sosialisasi": "id kegiatan_id tanggal tempat nik",
    "bps.angkatan_kerja": "tahun kode_sektor lapangan_usaha bekerja",
    "disdik.ptk_non_asn": "ptk_id nik nama status_kepegawaian npsn kode_wilayah",
    "pupr.proyek_konstruksi": "id nomor_kontrak nomor_surat tanggal_surat jumlah_tenaga_kerja diperbarui",
    "pbj.kontrak": "ocid id date tag initiationType buyer parties awards contracts",
    "hukum.regulasi": "idData tahun_pengundangan tanggal_pengundangan jenis noPeraturan judul singkatanJenis status",
}
SPACED = {
    "sipd.sp2d": "NO SP2D|TGL SP2D|NO SPM|TGL SPM|KODE SKPD|KODE SUB KEGIATAN|KODE REKENING|SUMBER DANA|NILAI|"
    "KODE BILLING|NO SK|PERIODE AWAL|PERIODE AKHIR|URAIAN",
    "sipd.anggaran": "KODE SKPD|NAMA SKPD|KODE SUB KEGIATAN|NAMA SUB KEGIATAN|KODE REKENING|URAIAN|SUMBER DANA|NO DPA|"
    "TGL DPA|JENIS|PAGU",
    "disnaker.penerima_dbhcht": "NO SK|TGL SK|NIK|NAMA|KODE WILAYAH|KATEGORI|SKPD PENGUSUL|BULAN MULAI|BULAN SELESAI",
    "dinsos.relawan_disabilitas": "NIK|Nama|Jenis|Kode Wilayah",
    "dispar.pekerja_seni": "No|NIK|Nama Lengkap|Bidang Seni|Kode Wilayah",
    "perkim.tenaga_lapangan": "NO|NIK|NAMA|JENIS|KODE WILAYAH",
    "distan.permohonan_bantuan": "NO PERMOHONAN|TGL PERMOHONAN|NIK|NAMA|KELOMPOK TANI|JENIS BANTUAN|NILAI",
    "perekonomian.rencana_kerja": "PERANGKAT DAERAH|KODE|KOMITMEN|INDIKATOR|DAFTAR|TARGET|BATAS WAKTU",
    "bpjstk.target": "TAHUN|KODE_SEKTOR|TARGET_PESERTA",
    "bpjstk.semesta": "TAHUN|SEMESTA|NO SURAT|TGL SURAT",
}
ALL = {code: names.split() for code, names in HEADERS.items()} | {
    code: names.split("|") for code, names in SPACED.items()
}


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.code)
def test_clean_headers_are_those_of_the_interface(clean, feed):
    for header, *_ in tables(feed, clean.path(feed.code, NIGHTS[0])):
        assert header == ALL[feed.code]


def test_dirty_headers_keep_every_column_under_some_spelling(dirty):
    spelled = set()
    for feed in FEEDS:
        for night in NIGHTS:
            path = dirty.path(feed.code, night)
            if path.exists():
                for header, *_ in tables(feed, path):
                    assert {canonical(name) for name in ALL[feed.code]} <= {canonical(str(name)) for name in header}
                    spelled |= set(map(str, header)) - set(ALL[feed.code])
    extras = {"EMAIL", "KETERANGAN", "no_hp", "CATATAN PETUGAS", "sumber", "diubah_pada"}
    assert extras & spelled
    assert spelled - extras  # other case, blanks for underscores


def test_pipe_files_are_gzip_without_clock_or_name(usual):
    content = usual.path("bpjstk.iuran", NIGHTS[0]).read_bytes()
    assert content[:2] == b"\x1f\x8b"
    assert content[3] == 0  # no name inside
    assert content[4:8] == bytes(4)  # no clock
    text = gzip.decompress(content).decode("utf-8")
    assert "\r" not in text
    assert text.splitlines()[1].count("|") == 7


def test_semicolon_files_are_cp1252_with_crlf_and_indonesian_spelling(usual):
    raw = usual.path("sipd.sp2d", NIGHTS[0]).read_bytes()
    lines = raw.decode("cp1252").split("\r\n")
    assert not lines[-1]
    assert not any("\n" in line for line in lines)
    first = next(csv.reader(io.StringIO(lines[1]), delimiter=";"))
    assert first[8].endswith(",00")
    assert first[11].strip(" '\t\xa0") == "Januari 2025"
    assert any("kode iuran 2599" in line for line in lines)
    dash = b"".join(usual.path("dinsos.relawan_disabilitas", night).read_bytes() for night in NIGHTS)
    assert b"\x96 PSM" in dash


def test_bom_and_table_files(usual):
    assert usual.path("distan.kelompok_tani", NIGHTS[0]).read_bytes().startswith(b"\xef\xbb\xbf")
    assert '"' in usual.path("distan.kelompok_tani", NIGHTS[0]).read_text("utf-8-sig")  # decimal commas
    table = usual.path("diskumdag.pelaku_usaha", NIGHTS[0]).read_bytes()
    assert not table.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in table


def test_the_recipients_have_a_sheet_per_kecamatan_and_one_for_outside(clean):
    book = openpyxl.load_workbook(clean.path("disnaker.penerima_dbhcht", NIGHTS[0]))
    assert book.sheetnames == ["Bumiaji", "Batu", "Junrejo", "Luar Kota"]
    for sheet, prefix in zip(book, ("35.79.02", "35.79.01", "35.79.03", "35.07"), strict=True):
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[3][0] == "NO SK"
        assert len(rows) > 5
        assert all(row[4].startswith(prefix) for row in rows[4:])
        assert all(isinstance(row[1], str) and row[1].count("/") == 2 for row in rows[4:])


def test_the_budget_has_titles_above_and_a_total_below(clean):
    sheet = openpyxl.load_workbook(clean.path("sipd.anggaran", NIGHTS[0])).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[:5]] == [
        "PEMERINTAH KOTA BATU",
        "RINCIAN DOKUMEN PELAKSANAAN ANGGARAN",
        "TAHUN ANGGARAN 2025",
        None,
        "KODE SKPD",
    ]
    assert (rows[-3][0], rows[-1][0]) == ("JUMLAH", "Dicetak pada 07/09/2025")
    amounts = [int(row[10][:-3].replace(".", "")) for row in rows[5:-3]]
    assert f"{sum(amounts):,}".replace(",", ".") + ",00" == rows[-3][10]


def test_the_artists_stand_below_a_merged_band(clean):
    sheet = openpyxl.load_workbook(clean.path("dispar.pekerja_seni", NIGHTS[0])).active
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A3:E3"]
    assert sheet["A3"].value == "IDENTITAS"
    assert sheet["A4"].value == "No"


@pytest.mark.parametrize(
    ("code", "column"),
    [("bpjstk.semesta", 3), ("distan.permohonan_bantuan", 1), ("perekonomian.rencana_kerja", 6)],
)
def test_real_date_cells(clean, code, column):
    sheet = openpyxl.load_workbook(clean.path(code, NIGHTS[0])).active
    rows = list(sheet.iter_rows(min_row=4))
    assert rows
    for row in rows:
        assert isinstance(row[column].value, datetime)
        assert row[column].number_format == "yyyy-mm-dd"


def test_a_nik_in_a_number_cell_has_lost_its_last_digit(dirty):
    found = []
    for code in ("dispar.pekerja_seni", "perkim.tenaga_lapangan", "disnaker.penerima_dbhcht"):
        for night in NIGHTS:
            for header, *data in tables(BY_NAME[code], dirty.path(code, night)):
                place = [canonical(str(name)) for name in header].index("nik")
                found += [row[place] for row in data if isinstance(row[place], int)]
    assert found
    assert all(nik % 10 == 0 and len(str(nik)) == 16 for nik in found)


def test_workbooks_carry_no_clock(usual):
    for path in usual.out.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert b"2025-01-01T00:00:00Z" in book.read("docProps/core.xml")


def test_contracts_are_ocds_releases_some_with_two_contracts(clean):
    releases = json.loads(clean.path("pbj.kontrak", NIGHTS[0]).read_text())
    assert max(len(release["contracts"]) for release in releases) == 2
    for release in releases:
        assert release["tag"] == ["contract"]
        for contract in release["contracts"]:
            assert isinstance(contract["value"]["amount"], int)
            assert contract["dateSigned"].endswith("T00:00:00+07:00")


def test_people_look_like_people(clean):
    for worker in clean.world.city.workers:
        assert valid_nik(worker.nik)
        assert (int(worker.nik[6:8]) > 40) == (worker.sex == "P")
        assert 17 <= (NIGHTS[0] - worker.birth).days / 365.25 <= 66


def test_some_kpj_begin_with_nought(dirty):
    assert any(kpj.startswith("0") for kpj in dirty.world.city.memberships)


def test_csv_writer_keeps_to_the_declared_formats():
    assert {feed.form for feed in FEEDS} == set(Format)
    assert len(FEEDS) == 21
