"""The seventeen sectors of the workforce table, and how their workers come to be insured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sector:
    """One line of the workforce table with the habits of its workers."""

    code: str
    name: str
    share: float
    employed: float
    """chance of a membership paid by an employer"""
    own: float
    """chance of a membership paid by the worker"""
    risk: float
    """JKK rate of the employers, in percent of the wage"""


SECTORS = (
    Sector("A", "Pertanian, Kehutanan, dan Perikanan", 0.190, 0.09, 0.16, 0.54),
    Sector("B", "Pertambangan dan Penggalian", 0.005, 0.12, 0.05, 1.74),
    Sector("C", "Industri Pengolahan", 0.115, 0.58, 0.04, 0.89),
    Sector("D", "Pengadaan Listrik dan Gas", 0.005, 0.15, 0.02, 0.89),
    Sector("E", "Pengadaan Air, Pengelolaan Sampah, Limbah, dan Daur Ulang", 0.008, 0.18, 0.06, 0.89),
    Sector("F", "Konstruksi", 0.070, 0.20, 0.07, 1.27),
    Sector("G", "Perdagangan Besar dan Eceran; Reparasi Mobil dan Sepeda Motor", 0.220, 0.52, 0.06, 0.54),
    Sector("H", "Transportasi dan Pergudangan", 0.042, 0.50, 0.07, 1.27),
    Sector("I", "Penyediaan Akomodasi dan Makan Minum", 0.172, 0.52, 0.05, 0.54),
    Sector("J", "Informasi dan Komunikasi", 0.010, 0.22, 0.08, 0.24),
    Sector("K", "Jasa Keuangan dan Asuransi", 0.012, 0.60, 0.01, 0.24),
    Sector("L", "Real Estat", 0.005, 0.20, 0.03, 0.24),
    Sector("M", "Jasa Perusahaan", 0.021, 0.55, 0.04, 0.54),
    Sector("O", "Administrasi Pemerintahan", 0.032, 0.04, 0.01, 0.24),
    Sector("P", "Jasa Pendidikan", 0.041, 0.16, 0.05, 0.24),
    Sector("Q", "Jasa Kesehatan dan Kegiatan Sosial", 0.016, 0.58, 0.03, 0.54),
    Sector("R", "Jasa Lainnya", 0.036, 0.34, 0.10, 0.54),
)
BY_CODE = {sector.code: sector for sector in SECTORS}

# "the workforce table counts N under M, and S, T, U under R" (feeds.md, bpjstk.kepesertaan)
COUNTED_UNDER = {"N": "M", "S": "R", "T": "R", "U": "R"}


def workforce_sector(code: str) -> str:
    """Return the sector under which the workforce table counts a KBLI section."""
    return COUNTED_UNDER.get(code, code)
