"""Workers: names from small lists, NIKs that fit their births, domiciles in and around the city."""

from collections.abc import Iterator
from datetime import date
from random import Random

from simulator.dates import days_after
from simulator.model import Worker
from simulator.places import OUTSIDE_CODES, VILLAGE_CODES
from simulator.sectors import SECTORS

MEN = (
    "Adi",
    "Agung",
    "Bayu",
    "Bagas",
    "Cahyo",
    "Darmawan",
    "Deni",
    "Djoko",
    "Edi",
    "Galih",
    "Gunadi",
    "Harjo",
    "Ilham",
    "Irfan",
    "Jumadi",
    "Kasiyan",
    "Lukman",
    "Mansur",
    "Misbah",
    "Mukhlis",
    "Ngadimin",
    "Paijo",
    "Rachmad",
    "Ridwan",
    "Rohim",
    "Samsul",
    "Sapto",
    "Slamet",
    "Sugeng",
    "Sumarno",
    "Suparman",
    "Susilo",
    "Taufik",
    "Tulus",
    "Untung",
    "Wagiman",
    "Widodo",
    "Yanto",
    "Zainal",
    "Ma'ruf",
)
WOMEN = (
    "Aisyah",
    "Anisa",
    "Asih",
    "Astri",
    "Citra",
    "Dina",
    "Dwi",
    "Erna",
    "Farida",
    "Fatimah",
    "Halimah",
    "Herlina",
    "Ida",
    "Ika",
    "Juminah",
    "Kasmi",
    "Khotimah",
    "Lilis",
    "Maimunah",
    "Marsini",
    "Mujiati",
    "Ngatini",
    "Nining",
    "Parmi",
    "Ponirah",
    "Retno",
    "Rukmini",
    "Sarinah",
    "Sulis",
    "Sumiati",
    "Sutini",
    "Tarmini",
    "Titik",
    "Tri",
    "Vina",
    "Warsini",
    "Winarti",
    "Yayuk",
    "Zulaikha",
    "Nur'aini",
)
FAMILY = (
    "Abdullah",
    "Anggraini",
    "Arifin",
    "Budiono",
    "Cahyadi",
    "Darmanto",
    "Effendi",
    "Fadilah",
    "Ghozali",
    "Hakim",
    "Irawan",
    "Jatmiko",
    "Kuncoro",
    "Laksono",
    "Mahmud",
    "Mardiono",
    "Nurhadi",
    "Pamungkas",
    "Permana",
    "Priyono",
    "Purwanto",
    "Ramadhan",
    "Riyadi",
    "Sasongko",
    "Setyawan",
    "Subagyo",
    "Sukamto",
    "Suryadi",
    "Trisnawati",
    "Utomo",
    "Wardoyo",
    "Wicaksono",
    "Wijayanti",
    "Winarno",
    "Yulianto",
)

OUTSIDE_SHARE = 0.025
BORN_ELSEWHERE = 0.05


def _birth(rng: Random, today: date) -> date:
    """Return a birth date of somebody between 17 and 65 years old."""
    youngest = date(today.year - 18, 12, 31)
    return days_after(youngest, -rng.randrange(47 * 365))


def _nik(rng: Random, region: str, birth: date, sex: str, taken: set[str]) -> str:
    """Return a free NIK: region, DDMMYY with the day + 40 for a woman, serial."""
    # A NIK keeps the region of its first registration, which need not be the domicile.
    home = "350723" if rng.random() < BORN_ELSEWHERE else region.replace(".", "")[:6]
    day = birth.day + 40 if sex == "P" else birth.day
    while True:
        nik = f"{home}{day:02d}{birth.month:02d}{birth.year % 100:02d}{rng.randrange(1, 10000):04d}"
        if nik not in taken:
            taken.add(nik)
            return nik


def _name(rng: Random, sex: str) -> str:
    """Return a name of two or three words."""
    words = [rng.choice(MEN if sex == "L" else WOMEN), rng.choice(FAMILY)]
    if rng.random() < 0.3:
        words.append(rng.choice(FAMILY))
    return " ".join(words)


class Births:
    """Makes workers, one after the other, never two with one NIK."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.taken: set[str] = set()

    def worker(self, sector: str, region: str | None = None) -> Worker:
        """Make one worker."""
        rng = self.rng
        if region is None:
            codes = OUTSIDE_CODES if rng.random() < OUTSIDE_SHARE else VILLAGE_CODES
            region = rng.choice(codes)
        birth = _birth(rng, self.today)
        sex = rng.choice("LP")
        return Worker(_nik(rng, region, birth, sex, self.taken), _name(rng, sex), birth, sex, region, sector)

    def workforce(self, count: int) -> Iterator[Worker]:
        """Make the employed of the city, sector by sector in their shares."""
        for sector, size in sector_sizes(count).items():
            for _ in range(size):
                yield self.worker(sector)


def sector_sizes(count: int) -> dict[str, int]:
    """Split a number of employed over the sectors; the largest takes what rounding leaves."""
    sizes = {sector.code: max(1, int(count * sector.share)) for sector in SECTORS}
    sizes["G"] += count - sum(sizes.values())
    return sizes
