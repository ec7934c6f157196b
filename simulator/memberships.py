"""Memberships: who is insured, through whom, since when."""

from datetime import date
from random import Random

from simulator.city import City
from simulator.contributions import DONORS, own_lines, payer_for, wage_lines
from simulator.dates import add_months, days_after, first_day, month_of
from simulator.model import Membership, Worker
from simulator.places import UNKNOWN_VILLAGES, VILLAGE_CODES, in_city
from simulator.sectors import BY_CODE

WAGES = (2_450_000, 3_250_000, 3_360_466, 3_700_000, 4_400_000, 5_600_000, 7_900_000, 11_500_000)
DETAIL = {"M": ("M", "M", "N"), "R": ("R", "R", "R", "R", "S", "S", "T", "U")}


def membership_of(
    city: City,
    worker: Worker,
    segment: str,
    funding: str,
    since: date,
    *,
    npp: str | None = None,
    programs: str = "JKK,JKM",
    region: str | None = None,
    sector: str | None = None,
    kpj: str | None = None,
    until: date | None = None,
    status: str = "AKTIF",
) -> Membership:
    """Enrol a worker and return the membership."""
    return city.enrol(
        Membership(
            kpj or city.new_kpj(since),
            worker.nik,
            worker.name,
            worker.birth,
            worker.sex,
            segment,
            npp,
            sector or worker.sector,
            programs,
            funding,
            status,
            since,
            until,
            region or worker.region,
        )
    )


def _since(rng: Random, today: date, low: int = 25, high: int = 16 * 365) -> date:
    """Return a day in the past on which somebody joined, more often a recent one."""
    return days_after(today, -int(low + (high - low) * rng.random() ** 2))


def employ(city: City, rng: Random, worker: Worker, since: date) -> Membership:
    """Give a worker a job with an employer who pays."""
    employer = rng.randrange(max(8, city.size // 7))
    sector = rng.choice(DETAIL.get(worker.sector, (worker.sector,)))
    lines = wage_lines(rng.choice(WAGES), BY_CODE[worker.sector].risk, employer % 5 == 0, month_of(since))
    programs = ",".join(program for program, _ in lines)
    member = membership_of(
        city, worker, "PU", "PEMBERI_KERJA", since, npp=f"KB{employer:06d}", programs=programs, sector=sector
    )
    payer_for(city, member, lines, employer)
    return member


def insure_self(city: City, rng: Random, worker: Worker, since: date) -> Membership:
    """Let a worker insure himself; some pay late, some have stopped, a few never paid."""
    savings = rng.random() < 0.25
    sector = rng.choice(DETAIL.get(worker.sector, (worker.sector,)))
    programs = "JKK,JKM,JHT" if savings else "JKK,JKM"
    member = membership_of(city, worker, "BPU", "MANDIRI", since, programs=programs, sector=sector)
    habit = rng.random()
    stop: int | None = None
    if habit < 0.12:  # in arrears: the lapse month may already lie behind
        stop = add_months(month_of(city.first_night), -rng.randrange(2, 9))
    if habit >= 0.03:
        payer_for(city, member, own_lines(savings), None, stop)
    return member


def _close(city: City, rng: Random, member: Membership) -> None:
    """End a membership some time in the past months."""
    until = max(days_after(member.since, 20), days_after(city.first_night, -rng.randrange(5, 260)))
    if until > city.first_night:
        return
    end(city, member, "NONAKTIF", until)


def end(city: City, member: Membership, status: str, until: date) -> None:
    """Mark a membership as ended; its payer stops with that month."""
    fields = {name: getattr(member, name) for name in Membership.__slots__}
    city.enrol(Membership(**{**fields, "status": status, "until": until}))
    payer = city.payers.get(member.kpj)
    if payer:
        payer.stop = month_of(until)


def _third_parties(city: City, rng: Random, pool: list[Worker]) -> None:
    """Insure workers through the city, villages, companies, building sites and migration agencies."""
    start = first_day(city.history_start)
    plans = (
        ("PU", "APBD", 0.003, 3),
        ("BPU", "APBD", 0.005, 4),
        ("BPU", "APBDES", 0.003, 3),
        ("BPU", "CSR", 0.004, 3),
        ("JAKON", "PEMBERI_KERJA", 0.008, 5),
        ("PMI", "MANDIRI", 0.0012, 2),
    )
    for segment, funding, share, least in plans:
        for _ in range(min(city.share(share, least), len(pool))):
            worker = pool.pop()
            npp = {"PU": "KB900001", "JAKON": f"JK{rng.randrange(900):06d}"}.get(segment)
            since = days_after(start, rng.randrange(120)) if segment in {"JAKON", "PMI"} else start
            since = min(since, days_after(city.first_night, -3))
            sector = "F" if segment == "JAKON" else None
            member = membership_of(city, worker, segment, funding, since, npp=npp, sector=sector)
            stop = None
            if rng.random() < 0.2:  # the payer's money ran out
                stop = add_months(month_of(city.first_night), -rng.randrange(1, 6))
            payer_for(city, member, own_lines(False), DONORS + len(segment), stop)


def create_memberships(city: City) -> None:
    """Insure the city's workers as they are on the first night."""
    rng = city.stream("memberships")
    uninsured = []
    for worker in city.workers:
        sector, chance = BY_CODE[worker.sector], rng.random()
        if chance < sector.employed:
            member = employ(city, rng, worker, _since(rng, city.first_night))
        elif chance < sector.employed + sector.own:
            member = insure_self(city, rng, worker, _since(rng, city.first_night))
        else:
            uninsured.append(worker)
            continue
        if rng.random() < 0.11:
            _close(city, rng, member)
    rng.shuffle(uninsured)
    _third_parties(city, rng, uninsured)
    _plant_ties(city, rng, uninsured)
    _plant_dates(city, rng, uninsured)
    _plant_regions(city, rng, uninsured)


def _plant_ties(city: City, rng: Random, pool: list[Worker]) -> None:
    """Plant workers with several active memberships, where each rule of the primary one decides."""
    old, young = days_after(city.first_night, -900), days_after(city.first_night, -300)
    for first, second in (
        (("BPU", "MANDIRI", old, "A"), ("PU", "PEMBERI_KERJA", young, "I")),  # segment before date
        (("BPU", "MANDIRI", old, "A"), ("JAKON", "PEMBERI_KERJA", young, "F")),
        (("JAKON", "PEMBERI_KERJA", old, "F"), ("PU", "PEMBERI_KERJA", young, "C")),
        (("PMI", "MANDIRI", old, "G"), ("BPU", "CSR", young, "G")),
        (("PU", "PEMBERI_KERJA", old, "C"), ("PU", "PEMBERI_KERJA", young, "G")),  # then the earlier date
        (("BPU", "CSR", old, "R"), ("BPU", "MANDIRI", old, "A")),  # then the smaller KPJ
        (("BPU", "MANDIRI", old, "N"), ("BPU", "APBDES", old, "T")),
    ):
        worker = pool.pop()
        # The smaller KPJ goes to the second, so neither the order of rows nor the KPJ hides a wrong rule.
        small, large = sorted((city.new_kpj(old), city.new_kpj(old)))
        for (segment, funding, since, sector), kpj in ((first, large), (second, small)):
            region = rng.choice(VILLAGE_CODES)
            member = membership_of(city, worker, segment, funding, since, sector=sector, region=region, kpj=kpj)
            payer_for(city, member, own_lines(False), None)
            city.protected.add(member.kpj)


def _plant_dates(city: City, rng: Random, pool: list[Worker]) -> None:
    """Plant active rows whose dates decide: ends tomorrow, ended today, begins today, begins tomorrow."""
    night = city.first_night
    for since, until in (
        (days_after(night, -400), days_after(night, 1)),
        (days_after(night, -400), night),
        (days_after(night, -400), days_after(night, -30)),
        (days_after(night, -400), days_after(night, 40)),
        (night, None),
    ):
        member = membership_of(city, pool.pop(), "BPU", "MANDIRI", since, until=until)
        payer_for(city, member, own_lines(False), None)
        city.protected.add(member.kpj)


def _plant_regions(city: City, rng: Random, pool: list[Worker]) -> None:
    """Plant unknown villages of the city, a primary membership outside it, and somebody in every village."""
    since = days_after(city.first_night, -200)
    for region in UNKNOWN_VILLAGES:
        member = membership_of(city, pool.pop(), "BPU", "MANDIRI", since, region=region)
        city.protected.add(member.kpj)
    worker = pool.pop()
    for segment, region in (("PU", "35.07.23.2004"), ("BPU", VILLAGE_CODES[0])):
        member = membership_of(city, worker, segment, "MANDIRI", since, region=region)
        city.protected.add(member.kpj)
    several = _niks_with_several(city)
    # A village without participants would leave open whether it has a row, so each keeps one.
    kept: dict[str, str] = {}
    for member in city.memberships.values():
        if member.status == "AKTIF" and member.until is None and member.nik not in several:
            kept.setdefault(member.region, member.kpj)
    for region in VILLAGE_CODES:
        if region not in kept:
            worker = city.births.worker("A", region)
            city.workers.append(worker)
            kept[region] = membership_of(city, worker, "BPU", "MANDIRI", since).kpj
    city.protected.update(kpj for region, kpj in kept.items() if in_city(region))


def _niks_with_several(city: City) -> set[str]:
    """Return the NIKs that hold more than one membership."""
    seen: set[str] = set()
    several: set[str] = set()
    for member in city.memberships.values():
        (several if member.nik in seen else seen).add(member.nik)
    return several
