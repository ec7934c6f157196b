"""Construction: projects and letters, contracts, and their registrations at BPJS."""

from collections.abc import Callable
from random import Random

from simulator.city import City
from simulator.dates import days_after
from simulator.model import Contract, Project, Registration, Release
from simulator.tariffs import construction_due

BUYERS = (
    ("1.03.0.00.0.00.01.0000", "Dinas Pekerjaan Umum dan Perumahan Rakyat"),
    ("1.04.0.00.0.00.01.0000", "Dinas Perumahan dan Kawasan Permukiman"),
    ("1.01.0.00.0.00.01.0000", "Dinas Pendidikan"),
)
WORKS = ("Pembangunan Jembatan", "Rehabilitasi Drainase", "Peningkatan Jalan", "Renovasi Gedung", "Pemasangan Paving")
EDGES = (100_000_000, 500_000_000, 1_000_000_000, 5_000_000_000)


def _value(rng: Random, index: int) -> int:
    """Return a contract value: each edge of the slices once, then values to the rupiah."""
    if index < len(EDGES):
        return EDGES[index]
    value = int(10 ** rng.uniform(7.6, 10.2))
    return _even(value)


def _even(value: int) -> int:
    """Avoid a contribution of exactly half a rupiah: rounding such a one is anybody's guess."""
    while construction_due(value, parts=True) % 10_000 == 5_000:
        value += 1
    return value


class Site:
    """One project in the making."""

    def __init__(self, city: City, rng: Random, index: int) -> None:
        night = city.first_night
        self.rng, self.year = rng, city.fiscal_year
        self.number = f"{index + 1:03d}/KTR/{self.year}"
        self.serial = index + 1
        self.value = _value(rng, index)
        self.start = days_after(night, -rng.randrange(60, 230))
        self.end = days_after(self.start, rng.randrange(40, 220))
        self.letter_dated = days_after(self.start, -rng.randrange(3, 30))
        self.registered = days_after(self.letter_dated, rng.randrange(0, 20))
        self.heads = rng.randrange(4, 60)
        self.npwp = f"{rng.randrange(10**14, 10**15)}"
        self.has_letter, self.has_contract = True, True
        self.payments: list[tuple[int, int]] = [(0, construction_due(self.value))]
        """days after the registration date, amount paid"""


def _plants() -> list[Callable[[Site], None]]:
    """Return what is done to the first sites, so that every status occurs, also against its rivals."""

    def unregistered(site: Site) -> None:
        site.payments = []

    def unregistered_without_letter(site: Site) -> None:
        site.payments, site.has_letter = [], False

    def no_letter(site: Site) -> None:
        site.has_letter = False

    def no_letter_underpaid(site: Site) -> None:
        site.has_letter, site.payments = False, [(0, 1)]

    def before_letter(site: Site) -> None:
        site.registered = days_after(site.letter_dated, -1)

    def before_letter_underpaid(site: Site) -> None:
        site.registered, site.payments = days_after(site.letter_dated, -9), [(0, 0)]

    def on_letter_day(site: Site) -> None:
        site.registered = site.letter_dated

    def underpaid(site: Site) -> None:
        site.payments = [(0, construction_due(site.value) - 1)]

    def two_payments(site: Site) -> None:
        whole = construction_due(site.value)
        site.payments = [(0, whole // 3), (30, whole - whole // 3)]

    def earliest_before_letter(site: Site) -> None:
        whole = construction_due(site.value)
        site.registered, site.payments = days_after(site.letter_dated, -5), [(40, whole), (0, 0)]

    def no_contract(site: Site) -> None:
        site.has_contract, site.payments = False, [(0, 1)]

    return [
        unregistered,
        unregistered_without_letter,
        no_letter,
        no_letter_underpaid,
        before_letter,
        before_letter_underpaid,
        on_letter_day,
        underpaid,
        two_payments,
        earliest_before_letter,
        no_contract,
        underpaid,
        unregistered,
    ]


def create_construction(city: City) -> None:
    """Build the projects, contracts and registrations of the first night."""
    rng = city.stream("construction")
    plants = _plants()
    for index in range(city.share(0.0066, len(plants) + 5)):
        site = Site(city, rng, index)
        if index < len(plants):
            plants[index](site)
        elif rng.random() < 0.35:
            rng.choice(plants)(site)
        _publish(city, site)
    _two_in_one_release(city)
    _second_project(city)
    _private_registrations(city, rng)


def _publish(city: City, site: Site) -> None:
    """Write a site into the three feeds that know about it."""
    year = site.year
    letter = f"640/{site.serial + 210}/{year}" if site.has_letter else None
    city.projects.append(
        Project(
            f"PK-{year}-{site.serial:04d}",
            site.number,
            letter,
            site.letter_dated if site.has_letter else None,
            site.heads,
            min(site.start, city.first_night),
        )
    )
    if site.has_contract:
        buyer, name = BUYERS[site.serial % len(BUYERS)]
        title = f"{WORKS[site.serial % len(WORKS)]} Tahap {site.serial}"
        signed = days_after(site.start, -7)
        contract = Contract(site.number, site.value, title, signed, site.start, site.end)
        city.releases.append(
            Release(
                f"ocds-b4tu79-{year}-{site.serial:05d}",
                signed,
                buyer,
                name,
                site.npwp,
                f"CV Karya {site.serial}",
                (contract,),
            )
        )
    for part, (after, paid) in enumerate(site.payments):
        registered = days_after(site.registered, after)
        city.registrations.append(
            Registration(
                f"PJ{year}{site.serial:05d}{part}",
                site.number,
                None if site.serial % 9 == 0 else site.npwp,
                site.value,
                registered,
                site.start,
                site.end,
                site.heads if part == 0 else None,
                paid,
            )
        )


def _two_in_one_release(city: City) -> None:
    """Let one release carry two contracts, as OCDS allows."""
    second = city.releases.pop()
    first = city.releases.pop()
    merged = Release(
        first.ocid,
        first.dated,
        first.buyer,
        first.buyer_name,
        first.supplier,
        first.supplier_name,
        first.contracts + second.contracts,
    )
    city.releases.append(merged)
    city.protected.add(merged.ocid)


def _second_project(city: City) -> None:
    """Let two projects share one contract."""
    known = city.projects[-3]
    city.projects.append(
        Project(f"PK-{city.fiscal_year}-9001", known.contract, known.letter, known.letter_dated, 6, known.updated)
    )


def _private_registrations(city: City, rng: Random) -> None:
    """Register works that no city project stands behind; they count as heads all the same."""
    night = city.first_night
    spans = ((-10, 60), (0, 0), (-60, -1), (1, 90), (None, 30), (-30, None))
    for serial in range(city.share(0.0008, len(spans))):
        after, until = spans[serial % len(spans)]
        city.registrations.append(
            Registration(
                f"PJ{city.fiscal_year}9{serial:05d}",
                f"SW/{serial:04d}/{city.fiscal_year}",
                f"{rng.randrange(10**14, 10**15)}",
                60_000_000 + serial,
                days_after(night, -40),
                None if after is None else days_after(night, after),
                None if until is None else days_after(night, until),
                5 + serial % 20,
                144_000,
            )
        )
