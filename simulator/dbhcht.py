"""DBHCHT: decrees and their recipients, payment orders, and the lines BPJS posts for them."""

from dataclasses import dataclass, field
from datetime import date

from simulator.city import City, pick
from simulator.contributions import own_lines, payer_for
from simulator.dates import days_after, first_day, months, spelled_month
from simulator.memberships import membership_of
from simulator.model import Membership, Posting, Recipient, Sp2d, Worker
from simulator.offices import ACCOUNT, MONTHLY, OFFICES, SMALLEST, TARIFF, Calendar, Office, calendar_of
from simulator.places import in_city

NEXT_YEAR = ("DISNAKER", "DISTAN")
"""Offices that go on into the next year: decree and first order are there when it begins."""

Line = tuple[str, int, str, int]
"""KPJ, month, program, amount"""


@dataclass
class Order:
    """A payment order in the making; the plants change it before it becomes an SP2D."""

    office: Office
    slot: int
    decree: str
    dated: date
    known: date
    first: int
    last: int
    amount: int
    billing: str
    account: str = ACCOUNT
    billing_in_note: bool = False
    posted: date | None = None
    lines: list[Line] = field(default_factory=list)


@dataclass
class Programme:
    """The year's DBHCHT contributions: recipients, their memberships, orders."""

    calendar: Calendar
    people: dict[str, list[Worker]] = field(default_factory=dict)
    kpj: dict[str, str] = field(default_factory=dict)
    """NIK -> the KPJ under which DBHCHT pays for the worker"""
    recipients: list[Recipient] = field(default_factory=list)
    orders: dict[tuple[str, int], Order] = field(default_factory=dict)

    def on(self, decree: str) -> list[Recipient]:
        """Return the recipients of a decree."""
        return [recipient for recipient in self.recipients if recipient.decree == decree]


def decree_number(office: Office, period: int, year: int) -> str:
    """Return the number of an office's decree of the year: first half, second half, next year's first."""
    roman = ("I", "VII", "XII")[period]
    return f"{office.decree + 20 * period}/{roman}/{year}/{office.code}"


def create_programme(city: City) -> Programme:
    """Choose recipients, insure them and sign the decrees."""
    calendar = calendar_of(city)
    programme = Programme(calendar)
    _choose_people(city, programme)
    for office in OFFICES:
        people = programme.people[office.code]
        for worker in people:
            late = worker is people[0]
            insure_recipient(city, programme, worker, calendar.year * 100 + (7 if late else 1))
        _decree(programme, office, 0, people[1:])
        _decree(programme, office, 1, people[:-1])
        if office.code in NEXT_YEAR:
            _decree(programme, office, 2, people[: len(people) // 2])
    return programme


def write_orders(city: City, programme: Programme) -> None:
    """Write the four quarterly orders of every office."""
    for index, office in enumerate(OFFICES):
        for slot in range(4):
            _order(city, programme, index, office, slot)


def write_next_orders(city: City, programme: Programme) -> None:
    """Write the next year's first orders, of the offices whose decree for it is signed."""
    calendar = programme.calendar
    year = calendar.year + 1
    for index, office in enumerate(office for office in OFFICES if office.code in NEXT_YEAR):
        decree = decree_number(office, 2, calendar.year)
        dated = days_after(calendar.next_paid, index)
        order = Order(
            office, 4, decree, dated, dated, year * 100 + 1, year * 100 + 3, 0, f"{year % 100:02d}99{90 + index:08d}"
        )
        order.posted = days_after(dated, 2)
        for recipient in programme.on(decree):
            for month in months(order.first, order.last):
                order.lines += lines_for(programme.kpj[recipient.nik], month)
                order.amount += MONTHLY
        programme.orders[office.code, 4] = order
        city.protected.add(order.billing)


def _choose_people(city: City, programme: Programme) -> None:
    """Choose recipients from the uninsured of the sectors that an office looks after."""
    rng = city.stream("recipients")
    taken = {member.nik for member in city.memberships.values()}
    for index, office in enumerate(OFFICES):
        wanted = city.share(office.share, SMALLEST[index])
        near = [w for w in city.workers if w.sector in office.sectors and in_city(w.region)]
        people = pick(rng, near, wanted, taken)
        if len(people) < wanted:
            others = [w for w in city.workers if in_city(w.region)]
            people += pick(rng, others, wanted - len(people), taken)
        while len(people) < wanted:  # a very small city has too few of them
            worker = city.births.worker(office.sectors[0], rng.choice([p.region for p in people] or ["35.79.01.1001"]))
            city.workers.append(worker)
            taken.add(worker.nik)
            people.append(worker)
        programme.people[office.code] = people


def insure_recipient(city: City, programme: Programme, worker: Worker, start: int) -> Membership:
    """Register a recipient as BPU with contributions from DBHCHT."""
    since = min(first_day(start), days_after(city.first_night, -1))
    member = membership_of(city, worker, "BPU", "DBHCHT", since)
    programme.kpj[worker.nik] = member.kpj
    return member


def _decree(programme: Programme, office: Office, period: int, people: list[Worker]) -> None:
    """Put workers on a decree."""
    calendar = programme.calendar
    year = calendar.year + (1 if period == 2 else 0)
    signed = (calendar.first_decree, calendar.second_decree, calendar.next_decree)[period]
    if office.code == "DINSOS" and period == 1:  # planted: the order of the quarter is older than this
        signed = days_after(calendar.paid[2], 2)
    first, last = ((1, 6), (7, 12), (1, 6))[period]
    decree = decree_number(office, period, calendar.year)
    first, last = year * 100 + first, year * 100 + last
    for worker in people:
        add_recipient(programme, office, worker, decree=decree, signed=signed, first=first, last=last)


def add_recipient(
    programme: Programme, office: Office, worker: Worker, *, decree: str, signed: date, first: int, last: int
) -> Recipient:
    """Write one line of a decree."""
    recipient = Recipient(
        decree, signed, worker.nik, worker.name, worker.region, office.category, office.skpd, first, last
    )
    programme.recipients.append(recipient)
    return recipient


def lines_for(kpj: str, month: int) -> list[Line]:
    """Return the two lines that protect a recipient for a month."""
    return [(kpj, month, program, amount) for program, amount in TARIFF]


def _order(city: City, programme: Programme, index: int, office: Office, slot: int) -> None:
    """Write an office's order of a quarter, with everybody on the decree posted in full."""
    calendar = programme.calendar
    first, last = calendar.quarter(slot)
    decree = decree_number(office, slot // 2, calendar.year)
    dated = days_after(calendar.paid[slot], index % 3 if slot in {0, 1} else 0)
    known = dated
    posted = days_after(dated, 2)
    if slot == 3 and index in {1, 2}:  # comes to light while the nights are running
        known = days_after(city.first_night, index)
        dated = min(known, date(calendar.year, 12, 30))
        posted = days_after(known, 1)
    number = index * 4 + slot + 1
    order = Order(office, slot, decree, dated, known, first, last, 0, f"{calendar.year % 100:02d}99{number:08d}")
    order.posted = posted
    for recipient in programme.on(decree):
        for month in months(max(first, recipient.first), min(last, recipient.last)):
            order.lines += lines_for(programme.kpj[recipient.nik], month)
            order.amount += MONTHLY
    programme.orders[office.code, slot] = order


def finish(city: City, programme: Programme) -> None:
    """Turn the orders into SP2Ds and posted lines, and hand the decrees to the city."""
    rng = city.stream("orders")
    for serial, order in enumerate(programme.orders.values(), start=1):
        skpd, month, year = order.office.skpd, order.dated.month, order.dated.year
        span = f"{spelled_month(order.first)} s.d. {spelled_month(order.last)}"
        note = f"Pembayaran iuran JKK JKM {order.office.category.lower()} {span}"
        city.sp2ds.append(
            Sp2d(
                f"35.79/04.0/{serial:06d}/LS/{skpd}/M/{month}/{year}",
                order.dated,
                f"35.79/03.0/{serial + 6:06d}/LS/{skpd}/M/{month}/{year}",
                None if rng.random() < 0.1 else days_after(order.dated, -rng.randrange(1, 5)),
                skpd,
                order.office.sub,
                order.account,
                "DBHCHT",
                order.amount,
                order.billing,
                order.billing_in_note,
                order.decree,
                order.first,
                order.last,
                note,
                order.known,
            )
        )
        for kpj, line_month, program, amount in order.lines:
            paid = order.posted or order.dated
            city.planned_postings.append(Posting("", order.billing, kpj, line_month, program, amount, paid, "DBHCHT"))
    city.recipients = programme.recipients


def second_source(city: City, worker: Worker, funding: str, start: date, *, stop: int | None = None) -> Membership:
    """Give a recipient a second BPU membership that somebody else pays for."""
    member = membership_of(city, worker, "BPU", funding, start)
    payer_for(city, member, own_lines(False), None, stop)
    return member
