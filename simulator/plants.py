"""The cases that auditors look for, planted on purpose: each finding of marts.md has its authors here."""

from collections.abc import Iterator
from datetime import date

from simulator.city import City
from simulator.contributions import payer_for, wage_lines
from simulator.dates import add_months, days_after, first_day
from simulator.dbhcht import Programme, add_recipient, decree_number, insure_recipient, lines_for, second_source
from simulator.memberships import end, membership_of
from simulator.model import Membership, Worker
from simulator.offices import OFFICES, WRONG_ACCOUNT
from simulator.places import OUTSIDE_CODES

BY_CODE = {office.code: office for office in OFFICES}
KEPT_ORDERS = (
    ("DISNAKER", 0),
    ("DISNAKER", 1),
    ("DISNAKER", 2),
    ("DISPAR", 1),
    ("DISPAR", 3),
    ("DISTAN", 0),
    ("DISTAN", 1),
    ("DISTAN", 2),
    ("DINSOS", 0),
    ("DINSOS", 2),
    ("DISKUMDAG", 0),
)


class Plants:
    """Plants the cases; every case takes recipients of its own, on both decrees of an office."""

    def __init__(self, city: City, programme: Programme) -> None:
        self.city, self.programme = city, programme
        self.free: dict[str, Iterator[Worker]] = {code: iter(people[1:-1]) for code, people in programme.people.items()}

    def take(self, code: str) -> Worker:
        """Take a recipient of an office for a case and keep his rows free of dirt."""
        worker = next(self.free[code])
        self.city.protected.add(self.programme.kpj[worker.nik])
        for recipient in self.programme.recipients:
            if recipient.nik == worker.nik:
                self.city.protected.add(f"{recipient.decree}|{recipient.nik}")
        return worker

    def on_decrees(self) -> None:
        """Plant what stands on the decrees themselves, before the orders are written."""
        self._duplicates()
        self._out_of_region()
        self._wrong_nik()

    def on_orders(self) -> None:
        """Plant what shows only once money moves."""
        self._paid_for_strangers()
        self._paid_on_the_day()
        self._nothing_posted()
        self._outside_period()
        self._unresolved()
        self._short_posting()
        self._wrong_account()
        self._not_protected()
        self._billing_in_note()
        self._deceased()
        self._double_funding()
        self._vanishing()
        for code, slot in KEPT_ORDERS:
            self.city.protected.add(self.programme.orders[code, slot].billing)

    def _add(self, code: str, period: int, worker: Worker, *, first: int = 0, last: int = 0) -> None:
        """Put a worker on another office's decree, for the whole period unless told otherwise."""
        office, year = BY_CODE[code], self.programme.calendar.year
        decree = decree_number(office, period, year)
        signed = self.programme.on(decree)[0].signed
        add_recipient(
            self.programme,
            office,
            worker,
            decree=decree,
            signed=signed,
            first=first or year * 100 + 1 + 6 * period,
            last=last or year * 100 + 6 + 6 * period,
        )
        self.city.protected.add(f"{decree}|{worker.nik}")

    def _duplicates(self) -> None:
        """Plant DUPLICATE_BENEFICIARY: on two decrees for whole periods, and for two months only."""
        year = self.programme.calendar.year
        for _ in range(2):
            self._add("DISTAN", 1, self.take("DISNAKER"))
        self._add("DINSOS", 0, self.take("DISNAKER"))
        self._add("DISPAR", 1, self.take("PERKIM"), first=year * 100 + 9, last=year * 100 + 10)
        self._add("DINSOS", 1, self.take("PERKIM"))  # signed later than the other, under a smaller number

    def _out_of_region(self) -> None:
        """Plant OUT_OF_REGION: two recipients from beyond the city."""
        for region in OUTSIDE_CODES[:2]:
            worker = self.city.births.worker("A", region)
            self.city.workers.append(worker)
            member = insure_recipient(self.city, self.programme, worker, self.city.history_start)
            self.city.protected.add(member.kpj)
            self._add("DISTAN", 0, worker)

    def _wrong_nik(self) -> None:
        """Let BPJS name somebody else for a KPJ until the second night."""
        city = self.city
        right = self.take("DISNAKER")
        kpj = self.programme.kpj[right.nik]
        insured = {member.nik for member in city.memberships.values()}
        wrong = next(worker for worker in reversed(city.workers) if worker.nik not in insured)
        member = city.memberships[kpj]
        city.enrol(_with(member, nik=wrong.nik))
        city.corrections[kpj] = right.nik

    def _paid_for_strangers(self) -> None:
        """Plant NOT_ON_DECREE and AMOUNT_MISMATCH: posted for two workers whom no decree names."""
        order = self.programme.orders["DISNAKER", 0]
        for _ in range(2):
            worker = self.city.births.worker("C", "35.79.01.1004")
            self.city.workers.append(worker)
            kpj = insure_recipient(self.city, self.programme, worker, self.city.history_start).kpj
            self.city.protected.add(kpj)
            order.lines += [line for m in range(order.first, order.last + 1) for line in lines_for(kpj, m)]

    def _paid_on_the_day(self) -> None:
        """Plant no PAID_BEFORE_DECREE: paid on the very day on which the decree was signed."""
        self.programme.orders["DISKUMDAG", 2].dated = self.programme.calendar.second_decree

    def _nothing_posted(self) -> None:
        """Plant SP2D_NOT_POSTED: the money left, nothing arrived."""
        self.programme.orders["DISNAKER", 1].lines = []

    def _outside_period(self) -> None:
        """Plant NOT_ON_DECREE of the other kind: on the decree, posted for a month after the order's period."""
        order = self.programme.orders["DISNAKER", 2]
        kpj = self.programme.kpj[self.take("DISNAKER").nik]
        later = add_months(order.last, 1)
        order.lines = [(k, later if (k, m) == (kpj, order.last) else m, p, a) for k, m, p, a in order.lines]

    def _unresolved(self) -> None:
        """Plant UNRESOLVED_PARTICIPANT: no membership names these KPJs; one is registered on the second night."""
        city = self.city
        for late in (True, False):
            kpj = self.programme.kpj[self.take("DISTAN").nik]
            member = city.memberships.pop(kpj)
            if late:
                city.late_memberships.append(member)

    def _short_posting(self) -> None:
        """Plant AMOUNT_MISMATCH: one worker's JKM was never posted; the worker still counts as posted."""
        order = self.programme.orders["DISTAN", 0]
        kpj = self.programme.kpj[self.take("DISTAN").nik]
        order.lines = [line for line in order.lines if (line[0], line[2]) != (kpj, "JKM")]

    def _wrong_account(self) -> None:
        """Plant NO_BUDGET_LINE: paid from an account that no document of the office names."""
        self.programme.orders["DISTAN", 1].account = WRONG_ACCOUNT

    def _not_protected(self) -> None:
        """Plant BENEFICIARY_NOT_PROTECTED: three recipients without a single line, others paid twice instead."""
        order = self.programme.orders["DINSOS", 0]
        skipped = {self.programme.kpj[self.take("DINSOS").nik] for _ in range(3)}
        order.lines = [line for line in order.lines if line[0] not in skipped]
        twice = self.programme.kpj[self.take("DINSOS").nik]
        for month in range(order.first, order.last + 1):
            order.lines += 3 * lines_for(twice, month)

    def _billing_in_note(self) -> None:
        """Leave KODE BILLING empty: the code stands in URAIAN."""
        for key in (("DISPAR", 1), ("DISTAN", 2), ("DISKUMDAG", 0), ("DISPAR", 3)):
            self.programme.orders[key].billing_in_note = True

    def _deceased(self) -> None:
        """Plant DECEASED_BENEFICIARY: paid for long after death, also where only another membership says so."""
        city, year = self.city, self.programme.calendar.year
        for code, day in (("DISNAKER", date(year, 2, 14)), ("DISTAN", date(year, 1, 31))):
            kpj = self.programme.kpj[self.take(code).nik]
            end(city, city.memberships[kpj], "MENINGGAL", day)
        worker = self.take("PERKIM")
        since = days_after(date(year, 2, 1), -2000)
        other = membership_of(city, worker, "PU", "PEMBERI_KERJA", since, npp="KB000007")
        end(city, other, "MENINGGAL", date(year, 2, 1))
        city.protected.add(other.kpj)

    def _double_funding(self) -> None:
        """Plant DOUBLE_FUNDING: by an employer, by a company, under one KPJ; and one case that is none."""
        city, year = self.city, self.programme.calendar.year
        start = first_day(year * 100 + 1)
        for _ in range(2):
            worker = self.take("DISNAKER")
            job = membership_of(city, worker, "PU", "PEMBERI_KERJA", days_after(start, -700), npp="KB000011")
            payer_for(city, job, wage_lines(3_700_000, 0.89, False, 0), 11)
            city.protected.add(job.kpj)
        gift = second_source(city, self.take("DISTAN"), "CSR", start, stop=add_months(year * 100 + 1, 4))
        same = city.memberships[self.programme.kpj[self.take("DINSOS").nik]]
        own = payer_for(city, same, (("JKK", 10_000), ("JKM", 6_800)), None, year * 100 + 2)
        own.source = "MANDIRI"
        saver = second_source(city, self.take("DISKUMDAG"), "MANDIRI", start)
        city.payers[saver.kpj].lines = (("JHT", 20_000),)  # savings only: JKK is not paid twice
        city.protected.update({gift.kpj, saver.kpj})

    def _vanishing(self) -> None:
        """Let KPJs drop out of the second night's snapshot: only an older delivery resolves them."""
        for code in ("DISTAN", "DISKUMDAG"):
            self.city.vanishing.append(self.programme.kpj[self.take(code).nik])


def _with(member: Membership, **changes: object) -> Membership:
    """Return a membership with some fields changed."""
    fields = {name: getattr(member, name) for name in Membership.__slots__}
    return Membership(**{**fields, **changes})
