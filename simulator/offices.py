"""The city's offices that pay contributions from DBHCHT, and the days on which they decide and pay."""

from dataclasses import dataclass
from datetime import date

from simulator.city import City
from simulator.dates import days_after

ACCOUNT = "5.1.02.02.02.0006"
WRONG_ACCOUNT = "5.1.02.01.01.0024"
TARIFF = (("JKK", 10_000), ("JKM", 6_800))
MONTHLY = 16_800


@dataclass(frozen=True, slots=True)
class Office:
    """An office with its budget line, its kind of recipients and its share of them."""

    code: str
    skpd: str
    name: str
    sub: str
    sub_name: str
    category: str
    sectors: str
    share: float
    decree: int


OFFICES = (
    Office(
        "DISNAKER",
        "2.07.0.00.0.00.01.0000",
        "Dinas Tenaga Kerja",
        "2.07.05.2.02.0005",
        "Pengembangan Pelaksanaan Jaminan Sosial Tenaga Kerja",
        "BURUH PABRIK ROKOK",
        "CG",
        0.018,
        510,
    ),
    Office(
        "DISPAR",
        "3.26.0.00.0.00.01.0000",
        "Dinas Pariwisata",
        "3.26.05.2.01.0010",
        "Fasilitasi Perlindungan Pelaku Seni",
        "PEKERJA SENI",
        "RI",
        0.008,
        511,
    ),
    Office(
        "DISTAN",
        "3.27.2.09.0.00.01.0000",
        "Dinas Pertanian dan Ketahanan Pangan",
        "3.27.07.2.01.0006",
        "Perlindungan Buruh Tani",
        "BURUH TANI TEMBAKAU",
        "A",
        0.012,
        512,
    ),
    Office(
        "DINSOS",
        "1.06.0.00.0.00.01.0000",
        "Dinas Sosial",
        "1.06.04.2.02.0024",
        "Fasilitasi Jaminan Sosial Pekerja Rentan",
        "PEKERJA RENTAN LAINNYA",
        "PQR",
        0.004,
        513,
    ),
    Office(
        "DISKUMDAG",
        "2.17.3.30.0.00.01.0000",
        "Dinas Koperasi, UMKM, dan Perdagangan",
        "2.17.07.2.01.0015",
        "Peningkatan Kapasitas Pelaku Usaha",
        "PEDAGANG KECIL",
        "G",
        0.004,
        514,
    ),
    Office(
        "PERKIM",
        "1.04.0.00.0.00.01.0000",
        "Dinas Perumahan dan Kawasan Permukiman",
        "1.04.05.2.01.0003",
        "Penataan Kawasan Permukiman",
        "PEKERJA KONSTRUKSI",
        "F",
        0.004,
        515,
    ),
)
SMALLEST = (12, 9, 14, 10, 8, 8)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When decrees are signed and quarters paid, seen from the first night."""

    year: int
    first_decree: date
    second_decree: date
    next_decree: date
    paid: tuple[date, date, date, date]
    next_budget: date
    """when the next year's budget documents are signed"""
    next_paid: date
    """when the next year's first quarter is paid"""

    def quarter(self, slot: int) -> tuple[int, int]:
        """Return the first and last month of a quarter."""
        return self.year * 100 + slot * 3 + 1, self.year * 100 + slot * 3 + 3


def calendar_of(city: City) -> Calendar:
    """Fit the year's decrees and payments in before the first night, however young the year is."""
    year, night = city.fiscal_year, city.first_night
    paid = (
        min(date(year, 1, 14), days_after(night, -34)),
        min(date(year, 4, 12), days_after(night, -22)),
        min(date(year, 7, 16), days_after(night, -6)),
        date(year, 10, 10),
    )
    return Calendar(
        year,
        min(date(year, 1, 3), days_after(night, -40)),
        min(date(year, 7, 3), days_after(night, -12)),
        date(year, 12, 20),
        paid,
        date(year + 1, 1, 2),
        date(year + 1, 1, 5),
    )
