"""Denominators, targets, pledges and regulations."""

from datetime import date

from simulator.city import City
from simulator.dates import days_after
from simulator.model import Commitment, Regulation, Semesta, Target, Workforce
from simulator.people import sector_sizes
from simulator.sectors import BY_CODE

PLEDGES = (
    ("Dinas Tenaga Kerja", "disnaker", "Optimalisasi DBHCHT bagi pekerja rentan", None, 2),
    ("Dinas Perumahan dan Kawasan Permukiman", "perkim", "Tenaga lapangan terdaftar", "perkim.tenaga_lapangan", 0),
    ("Dinas Pertanian dan Ketahanan Pangan", "distan", "Anggota kelompok tani terlindungi", "distan.kelompok_tani", 0),
    ("Dinas Pendidikan", "disdik", "Tenaga non ASN terdaftar", "disdik.ptk_non_asn", 0),
    ("Dinas Koperasi, UMKM, dan Perdagangan", "diskumdag", "Pelaku usaha terdaftar", "diskumdag.pelaku_usaha", 0),
    ("Dinas Sosial", "dinsos", "Relawan dan disabilitas terlindungi", "dinsos.relawan_disabilitas", 0),
    ("Dinas Pariwisata", "dispar", "Pekerja seni terdaftar", "dispar.pekerja_seni", 0),
    ("Bagian Hukum", "hukum", "Regulasi pendukung", None, 3),
    ("Bagian Perekonomian", "perekonomian", "Rencana kerja tersusun", None, 1),
)
SUBJECT = "Jaminan Sosial Ketenagakerjaan"
RULES = (
    ("Peraturan Wali Kota", "PERWALI", "Optimalisasi Kepesertaan " + SUBJECT, "Berlaku"),
    ("Instruksi Wali Kota", "INWAL", SUBJECT + " bagi Pekerja Rentan", "Berlaku"),
    ("Peraturan Daerah", "PERDA", "Penyelenggaraan Ketenagakerjaan", "Berlaku"),
    ("Peraturan Wali Kota", "PERWALI", SUBJECT + " bagi Tenaga Non ASN", "Tidak Berlaku"),
    ("Peraturan Wali Kota", "PERWALI", "Penggunaan Dana Bagi Hasil Cukai Hasil Tembakau", "Berlaku"),
)


def denominator_year(night: date) -> int:
    """Return the newest year whose figures are out: those of a year appear in March."""
    return night.year if night.month >= 3 else night.year - 1


def workforce_of(city: City, year: int) -> list[Workforce]:
    """Return the workforce table of a year; the base year counts exactly the city's size."""
    growth = 1 + 0.03 * (year - denominator_year(city.first_night))
    return [
        Workforce(year, code, BY_CODE[code].name, max(1, round(count * growth)) if growth != 1 else count)
        for code, count in sector_sizes(city.size).items()
    ]


def semesta_of(city: City, year: int) -> Semesta:
    """Return the eligible workers that BPJS counts for a year."""
    growth = 1 + 0.025 * (year - denominator_year(city.first_night))
    return Semesta(year, round(city.size * 0.684 * growth), f"B/{year}/KCP/{year % 37 + 20}", date(year, 1, 22))


def targets_of(city: City, year: int) -> list[Target]:
    """Return the targets of a year; in some sectors they are lower than what was reached."""
    found = []
    for code, count in sector_sizes(city.size).items():
        share = {"C": 0.3, "K": 0.2}.get(code, 0.7) + 0.05 * (year - city.first_night.year)
        found.append(Target(year, code, max(1, round(count * share))))
    return found


def create_reference(city: City) -> None:
    """Write the two years of denominators, three of targets, the pledges and the regulations."""
    newest, this = denominator_year(city.first_night), city.first_night.year
    for year in (newest - 1, newest):
        city.workforce += workforce_of(city, year)
        city.semesta.append(semesta_of(city, year))
    for year in (this - 1, this, this + 1):  # next year's are out early and must wait
        city.targets += targets_of(city, year)
    for name, code, pledge, roster, fixed in PLEDGES:
        target = fixed or max(1, round(len(city.rosters[str(roster)]) * 0.6))
        indicator = "Jumlah peserta aktif" if roster else "Dokumen terbit"
        city.commitments.append(Commitment(name, code, pledge, indicator, roster, target, date(this, 12, 31)))
    for i, (kind, short, title, status) in enumerate(RULES, start=1):
        dated = days_after(city.first_night, -400 * i + 90)
        city.regulations.append(Regulation(str(i), dated, kind, short, str(7 * i), title, status))
