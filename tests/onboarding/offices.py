# ruff: noqa: E501, SIM905, S311
"""Files as offices send them, made by hand, with the right answer for every column: `type`, `!` personal, `#` running.

Persons are made up: names are drawn from a list, NIKs are of no one.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl

FIRST = "Siti Budi Agus Dewi Rudi Wahyu Sri Eko Tri Nur Yanti Slamet Joko Rina Hadi Endang Bambang Lestari".split()
LAST = "Santoso Lestari Wibowo Rahayu Setiawan Utami Nugroho Handayani Kurniawan Wati Saputra Hidayat".split()
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
VILLAGES = {
    "Sisir": "35.79.01.1001",
    "Temas": "35.79.01.1002",
    "Ngaglik": "35.79.01.1003",
    "Songgokerto": "35.79.01.1004",
}
ROWS = 40


@dataclass(frozen=True)
class Office:
    """A file, how to write it, and what a draft should say."""

    name: str
    extension: str
    write: Callable[[Path], None]
    columns: dict[str, str]
    """Heading as declared: type with `!` for personal and `#` for a running number."""
    key: tuple[str, ...]
    """Headings."""
    rows: int
    format: dict[str, Any]
    accepted: int | None = None
    """Rows that load from the draft as it is; all where None."""


def people(seed: int, count: int = ROWS) -> list[dict[str, Any]]:
    """Made-up persons, each with a NIK that spells the birth date."""
    rng = random.Random(seed)
    found = []
    for number in range(1, count + 1):
        born = date(1960, 1, 1) + timedelta(days=rng.randrange(15000))
        woman = rng.random() < 0.5
        nik = f"357901{born.day + 40 * woman:02d}{born:%m%y}{number:04d}"
        village = rng.choice(list(VILLAGES))
        found.append(
            {
                "n": number, "nik": nik, "nama": f"{rng.choice(FIRST)} {rng.choice(LAST)}", "born": born,
                "sex": "P" if woman else "L", "village": village, "code": VILLAGES[village],
                "hp": f"08{rng.randrange(10**9, 10**10)}", "rt": f"{rng.randint(1, 9):03d}", "rng": rng,
                "kpj": f"22{rng.randrange(10**8, 10**9)}", "pick": rng.randrange(100),
            }
        )  # fmt: skip
    return found


def long_date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def dots(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def workbook(
    path: Path, sheets: dict[str, list[list[Any]]], merged: dict[str, list[str]] | None = None, hidden: str = ""
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merged or {}).get(name, []):
            sheet.merge_cells(area)
        if name == hidden:
            sheet.sheet_state = "hidden"
    book.save(path)


def fishermen(path: Path) -> None:
    """Titles, a numbering row, a total row, a signature block; real date cells; NIK with an apostrophe."""
    rows: list[list[Any]] = [["DAFTAR PENERIMA KARTU NELAYAN"], ["KECAMATAN BATU"], ["TAHUN 2025"], []]
    rows.append(["No", "NIK", "Nama Lengkap", "Tempat Lahir", "Tgl. Lahir", "L/P", "Alamat", "RT/RW", "Desa/Kelurahan",
                 "No. HP", "Nilai Bantuan (Rp)", "Keterangan"])  # fmt: skip
    rows.append(list(range(1, 13)))
    for p in people(1):
        rows.append([p["n"], "'" + p["nik"], p["nama"].upper(), "Batu", p["born"], p["sex"], f"Jl. Melati {p['n']}", f"{p['rt']}/002",
                     p["village"], p["hp"], 1500000 + 50000 * (p["pick"] % 3), "-" if p["pick"] < 20 else None])  # fmt: skip
    rows += [["JUMLAH", *[None] * 9, 61500000], [], [*[None] * 9, "Batu, 9 September 2025"], [*[None] * 9, "Mengetahui,"],
             [*[None] * 9, "Kepala Dinas"], [], [*[None] * 9, "FULAN BIN FULAN, M.Si"], [*[None] * 9, "NIP 19650101 199003 1 001"]]  # fmt: skip
    workbook(path, {"Sheet1": rows}, {"Sheet1": ["A1:L1", "A2:L2"]})


def drivers(path: Path) -> None:
    """A header of two rows; sheets per kecamatan, a cover and a hidden sheet; NIK with dots; dates spelled out."""
    head = [["DATA PENGEMUDI OJEK"], ["No", "Identitas", None, None, "Alamat", None, None, "Kendaraan", None, "Mulai Kerja", "Penghasilan"],
            [None, "NIK", "Nama", "Jenis Kelamin", "Jalan", "RT", "RW", "No. Polisi", "Jenis", None, None]]  # fmt: skip
    sheets: dict[str, list[list[Any]]] = {"Sampul": [["LAPORAN DATA"], ["Dinas Perhubungan"]]}
    for index, kecamatan in enumerate(("Batu", "Bumiaji", "Junrejo")):
        rows = [*head]
        for p in people(20 + index, 20):
            nik = p["nik"][:6] + "." + p["nik"][6:12] + "." + f"{index}{p['nik'][13:]}"
            kind = "Laki-laki" if p["sex"] == "L" else "Perempuan"
            rows.append([p["n"], nik, p["nama"], kind, f"Jl. Mawar {p['n']}", p["rt"], "004", f"N {2000 + index * 100 + p['n']} XY",
                         ("Motor", "Mobil")[p["pick"] % 2], long_date(p["born"] + timedelta(days=9000)), f"Rp {dots(1500000 + p['pick'] * 10000)}"])  # fmt: skip
        rows.append(["Total", *[None] * 9, "Rp 40.000.000"])
        sheets[kecamatan] = rows
    sheets["ref"] = [["kode", "nama"], [1, "Motor"]]
    workbook(path, sheets, {"Batu": ["B2:D2", "E2:G2", "A2:A3"]}, hidden="ref")


def wages(path: Path) -> None:
    """Semicolons, cp1252, CRLF, titles and totals in a CSV saved from a sheet; amounts 1.234.567,00; months Sep-25."""
    lines = ["REKAP UPAH TENAGA HARIAN LEPAS;;;;;;;;;", "Bulan September 2025;;;;;;;;;", ";;;;;;;;;",
             "No.;Nomor KPJ;NIK;Nama Tenaga;Jabatan;Bulan;Hari Kerja;Upah;Tgl Bayar;Lunas"]  # fmt: skip
    for p in people(3):
        name = p["nama"].replace("Wati", "W\u00e1ti")
        lines.append(f"{p['n']};{p['kpj']};{p['nik']};{name};{('Pengawas', 'Tukang', 'Pekerja')[p['pick'] % 3]};Sep-25;"
                     f"{20 + p['pick'] % 6};{dots(2000000 + p['pick'] * 12500)},00;{1 + p['pick'] % 28:02d}-10-2025;{('YA', 'TIDAK')[p['pick'] % 2]}")  # fmt: skip
    lines += [";;;;;;;;;", "TOTAL;;;;;;;98.000.000,00;;", "Keterangan: upah dibayar tunai;;;;;;;;;"]
    path.write_bytes("\r\n".join(lines).encode("cp1252") + b"\r\n")


def budget(path: Path) -> None:
    """Commas, BOM, codes with dots, amounts 1,234,567.00, percentages; no persons; gzip."""
    rng = random.Random(4)
    lines = ["Kode SKPD,Nama SKPD,Kode Rekening,Uraian,Sumber Dana,Pagu,Realisasi,Persentase,Tahun"]
    for n in range(ROWS):
        pagu = rng.randrange(10, 900) * 1_000_000
        spent = rng.randrange(pagu // 1000) * 1000
        lines.append(f'2.07.0.00.0.00.0{1 + n % 4}.0000,"Dinas Tenaga Kerja, Batu",5.1.02.02.01.{60 + n // 4:04d},Belanja {n},{("DBHCHT", "DAU", "PAD")[n % 3]},'
                     f'"{pagu:,}.00","{spent:,}.00",{100 * spent / pagu:.1f}%,2025')  # fmt: skip
    path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8-sig")))


def contributions(path: Path) -> None:
    """UTF-16 with tabs, as Excel saves Unicode text; transactions; ISO moments."""
    lines = ["No Transaksi\tKPJ\tNPP\tPeriode\tJumlah Iuran\tWaktu Bayar\tTgl Rekon\tKode Billing\tStatus"]
    for p in people(5):
        lines.append(f"TX{p['n']:06d}\t{p['kpj']}\tEE{p['pick'] % 5:06d}\t2025-0{1 + p['pick'] % 9}\t{16800 if p['pick'] % 2 else 36800}\t"
                     f"2025-09-0{1 + p['pick'] % 9} 1{p['pick'] % 10}:05:00\t2025/09/0{1 + p['pick'] % 9}\t2590{p['pick']:08d}\t{('SUKSES', 'PENDING')[p['pick'] % 2]}")  # fmt: skip
    path.write_bytes("\r\n".join(lines).encode("utf-16"))


def answer(path: Path) -> None:
    """A saved answer of an API: a wrapper, nested objects, booleans, numbers, NULLs."""
    rows = []
    for p in people(6):
        rows.append({
            "id": p["n"], "nik": p["nik"], "namaLengkap": p["nama"], "tanggalLahir": p["born"].isoformat(), "email": f"w{p['n']}@contoh.id",
            "noRekening": f"00{p['kpj']}", "alamat": {"jalan": f"Jl. Anggrek {p['n']}", "rt": p["rt"]}, "kodeWilayah": p["code"],
            "statusAktif": p["pick"] % 2 == 0, "luasLahan": round(0.1 + p["pick"] / 40, 2), "jumlahTernak": p["pick"] % 9,
            "pendapatan": 1000000 + p["pick"] * 5000, "nib": f"12{p['kpj']}" if p["pick"] > 30 else None,
        })  # fmt: skip
    document = {"status": "ok", "meta": {"total": len(rows)}, "data": {"items": rows}}
    path.write_text(json.dumps(document), encoding="utf-8")


def farming(path: Path) -> None:
    """Statistics without persons: a band above the header, groups inside, decimals with commas, a compound key."""
    rows: list[list[Any]] = [
        ["LUAS TANAM DAN PRODUKSI"],
        [],
        ["WILAYAH", None, "TANAMAN", None, None, None],
        ["Tahun", "Kecamatan", "Komoditas", "Luas Tanam (Ha)", "Produksi (ton)", "Jumlah Petani"],
    ]
    for year in (2023, 2024):
        for kecamatan in ("Batu", "Bumiaji", "Junrejo"):
            rows.append([f"KECAMATAN {kecamatan.upper()}"])
            for n, crop in enumerate(("Apel", "Jeruk", "Kentang", "Wortel", "Tembakau")):
                rows.append([year, kecamatan, crop, f"{3 + n},{25 + n}", 12.5 + n, 110 + 13 * n])
    rows += [["Sumber: Dinas Pertanian"], ["Dicetak 9 September 2025"]]
    workbook(path, {"Data": rows}, {"Data": ["A3:B3", "C3:F3"]})


def traders(path: Path) -> None:
    """Pipes; NIK and family card; first column without use; phone with +62; NPWP with marks; quoted newlines."""
    lines = [
        "KODE|NIK|NO KK|NAMA PEDAGANG|NAMA PASAR|NPWP|TELEPON|TGL DAFTAR|OMZET PER BULAN|JML KARYAWAN|STATUS USAHA|KODE POS"
    ]
    for p in people(8):
        lines.append(f"P{p['n']:04d}|{p['nik']}|35790112050{p['n']:05d}|{p['nama']}|Pasar {('Induk', 'Sayur')[p['pick'] % 2]}|01.234.{p['n']:03d}.5-628.000|"
                     f"+628{p['hp'][2:]}|{p['born']:%d}/{p['born']:%m}/2024|{dots(3000000 + p['pick'] * 100000)}|{p['pick'] % 7}|{('AKTIF', 'TUTUP')[p['pick'] % 2]}|6531{p['pick'] % 9}")  # fmt: skip
    lines[3] = lines[3].replace("Pasar Induk", '"Pasar\nInduk"').replace("Pasar Sayur", '"Pasar\nSayur"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


OFFICES = [
    Office("fishermen", "xlsx", fishermen, {
        "No": "text#", "NIK": "nik!", "Nama Lengkap": "text!", "Tempat Lahir": "text!", "Tgl. Lahir": "date!", "L/P": "text", "Alamat": "text!",
        "RT/RW": "text!", "Desa/Kelurahan": "text", "No. HP": "text!", "Nilai Bantuan (Rp)": "rupiah", "Keterangan": "text",
    }, ("NIK",), 40, {"kind": "xlsx", "numbering": True, "footer": ["JUMLAH"], "end": ["Batu,"]}),
    Office("drivers", "xlsx", drivers, {
        "No": "text#", "Identitas NIK": "nik!", "Identitas Nama": "text!", "Identitas Jenis Kelamin": "text", "Alamat Jalan": "text!", "Alamat RT": "text!",
        "Alamat RW": "text!", "Kendaraan No. Polisi": "text!", "Kendaraan Jenis": "text", "Mulai Kerja": "date", "Penghasilan": "rupiah",
    }, ("Identitas NIK",), 60, {"kind": "xlsx", "sheets": "all", "skip_sheets": ["Sampul"], "header_rows": 2, "footer": ["Total"]}),
    Office("wages", "csv", wages, {
        "No.": "text#", "Nomor KPJ": "kpj!", "NIK": "nik!", "Nama Tenaga": "text!", "Jabatan": "text", "Bulan": "month", "Hari Kerja": "count",
        "Upah": "rupiah", "Tgl Bayar": "date", "Lunas": "flag",
    }, ("NIK",), 40, {"kind": "csv", "delimiter": ";", "encoding": "cp1252", "footer": ["TOTAL"], "end": ["Keterangan"]}),
    Office("budget", "csv.gz", budget, {
        "Kode SKPD": "text", "Nama SKPD": "text", "Kode Rekening": "text", "Uraian": "text", "Sumber Dana": "text", "Pagu": "rupiah",
        "Realisasi": "rupiah", "Persentase": "decimal", "Tahun": "year",
    }, ("Kode SKPD", "Kode Rekening"), 40, {"kind": "csv", "delimiter": ",", "encoding": "utf-8-sig", "compression": "gzip"}),
    Office("contributions", "csv", contributions, {
        "No Transaksi": "text", "KPJ": "kpj!", "NPP": "text", "Periode": "month", "Jumlah Iuran": "rupiah", "Waktu Bayar": "text", "Tgl Rekon": "date",
        "Kode Billing": "text", "Status": "text",
    }, ("No Transaksi",), 40, {"kind": "csv", "delimiter": "\t", "encoding": "utf-16"}),
    Office("answer", "json", answer, {
        "id": "text#", "nik": "nik!", "namaLengkap": "text!", "tanggalLahir": "date!", "email": "text!", "noRekening": "text!", "alamat": "json!",
        "kodeWilayah": "text", "statusAktif": "flag", "luasLahan": "decimal", "jumlahTernak": "count", "pendapatan": "rupiah", "nib": "text",
    }, ("nik",), 40, {"kind": "json", "rows": "data.items"}),
    Office("farming", "xlsx", farming, {
        "Tahun": "year", "Kecamatan": "text", "Komoditas": "text", "Luas Tanam (Ha)": "decimal", "Produksi (ton)": "decimal", "Jumlah Petani": "count",
    }, ("Tahun", "Kecamatan", "Komoditas"), 30, {"kind": "xlsx", "footer": ["KECAMATAN"], "end": ["Sumber"]}),
    Office("traders", "csv", traders, {
        "KODE": "text", "NIK": "nik!", "NO KK": "text!", "NAMA PEDAGANG": "text!", "NAMA PASAR": "text", "NPWP": "text!", "TELEPON": "text!",
        "TGL DAFTAR": "date", "OMZET PER BULAN": "rupiah", "JML KARYAWAN": "count", "STATUS USAHA": "text", "KODE POS": "text",
    }, ("NIK",), 40, {"kind": "csv", "delimiter": "|", "encoding": "utf-8"}),
]  # fmt: skip


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for office in OFFICES:
        office.write(folder / f"{office.name}.{office.extension}")
