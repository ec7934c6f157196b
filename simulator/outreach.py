"""Outreach meetings of the trade office, and aid applications of farmer groups."""

from datetime import date
from random import Random

from simulator.city import City
from simulator.contributions import own_lines, payer_for
from simulator.dates import days_after
from simulator.memberships import end, membership_of
from simulator.model import Application, Attendance, Worker
from simulator.places import VILLAGE_CODES

HALLS = ("Balai Kota Among Tani", "Pasar Induk", "Balai Desa Punten", "Gedung Kesenian", "Aula Junrejo")
AID = ("BENIH", "PUPUK", "ALSINTAN", "IRIGASI", "TERNAK")
GROUPS = ("KT Sumber Makmur 1", "KT Sri Rejeki 4", "KT Tani Mulyo 2", "KT Margo Rukun 7", "KT Anjasmoro 3")


def add_event(city: City, rng: Random, day: date, niks: list[str]) -> str:
    """Hold a meeting and list who came."""
    serial = len({line.event for line in city.attendance}) + 1
    event = f"SOSIALISASI-{day.year}-{serial:03d}"
    place = rng.choice(HALLS)
    city.attendance += [Attendance(f"{event}-{i:04d}", event, day, place, nik) for i, nik in enumerate(niks, start=1)]
    return event


def create_outreach(city: City) -> None:
    """Hold the meetings of the past months, on days that all differ."""
    rng = city.stream("outreach")
    count = max(8, min(50, city.size // 260))
    people = max(12, round(city.size * 0.09 / count))
    traders = [entry.nik for entry in city.rosters["diskumdag.pelaku_usaha"]]
    step = 200 // count
    days = [days_after(city.first_night, step * i - 205) for i in range(count)]
    guests = [rng.sample(traders, min(people, len(traders))) for _ in days]
    _plant_conversions(city, rng, days, guests)
    for day, niks in zip(days, guests, strict=True):
        add_event(city, rng, day, niks)


def _plant_conversions(city: City, rng: Random, days: list[date], guests: list[list[str]]) -> None:
    """Let newcomers join on the day, at the edges of the 90 days, and after several meetings."""
    first, later = days[0], days[len(days) // 2]
    cases: tuple[tuple[date, tuple[date, ...]], ...] = (
        (first, (first,)),  # joins on the event: converted
        (days_after(first, 90), (first,)),  # the last day that counts
        (days_after(first, 91), (first,)),  # a day too late
        (days_after(first, -1), (first,)),  # a participant already
        (days_after(later, 5), (first, later)),  # credited to the later meeting only
        (days_after(first, 3), (first, later)),  # the later one came after the joining
    )
    for since, visited in cases:
        worker = _newcomer(city, rng)
        member = membership_of(city, worker, "BPU", "MANDIRI", since)
        payer_for(city, member, own_lines(False), None)
        city.protected.add(member.kpj)
        for day in visited:
            guests[days.index(day)].append(worker.nik)
    # An ended membership of long ago makes somebody a participant already, whatever came after.
    worker = _newcomer(city, rng)
    old = membership_of(city, worker, "PU", "PEMBERI_KERJA", days_after(first, -600), npp="KB000003")
    end(city, old, "NONAKTIF", days_after(first, -100))
    new = membership_of(city, worker, "BPU", "MANDIRI", days_after(first, 10))
    city.protected.update({old.kpj, new.kpj})
    guests[0].append(worker.nik)
    guests[1].append(guests[1][0])  # signed the list twice: one attendee
    guests[0].append(city.births.worker("G", VILLAGE_CODES[1]).nik)  # never joins


def _newcomer(city: City, rng: Random) -> Worker:
    """Make a trader whom no feed knew before."""
    worker = city.births.worker("G", rng.choice(VILLAGE_CODES))
    city.workers.append(worker)
    return worker


def add_applications(city: City, rng: Random, count: int, newest: date, span: int) -> None:
    """Let farmers apply for aid; a few of them apply without a value, a few come from other trades."""
    farmers = [w for w in city.workers if w.sector == "A"] or city.workers
    for _ in range(count):
        worker = rng.choice(farmers if rng.random() < 0.9 else city.workers)
        serial = len(city.applications) + 1
        value = None if rng.random() < 0.1 else 100_000 * rng.randrange(5, 90)
        city.applications.append(
            Application(
                f"PBT-{newest.year}-{serial:05d}",
                days_after(newest, -rng.randrange(span)),
                worker.nik,
                worker.name,
                rng.choice(GROUPS),
                rng.choice(AID),
                value,
            )
        )
