"""The true city: everything the agencies know, as objects."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from simulator.dates import month_of
from simulator.model import (
    Application,
    Attendance,
    BudgetLine,
    Commitment,
    Membership,
    Posting,
    Project,
    Recipient,
    Registration,
    Regulation,
    Release,
    RosterEntry,
    Semesta,
    Sp2d,
    Target,
    Worker,
    Workforce,
)
from simulator.people import Births
from simulator.seeds import stream


@dataclass(slots=True)
class Payer:
    """Who pays for a membership every month, and what; stop is the last month paid, None while it goes on."""

    kpj: str
    source: str
    lines: tuple[tuple[str, int], ...]
    start: int
    stop: int | None
    billing: int
    """the middle digits of the billing codes: employer or payer"""


@dataclass
class City:
    """The true city at one moment, with what is already planned for the days to come."""

    seed: int
    size: int
    first_night: date
    births: Births
    workers: list[Worker] = field(default_factory=list)
    memberships: dict[str, Membership] = field(default_factory=dict)
    payers: dict[str, Payer] = field(default_factory=dict)
    planned_postings: list[Posting] = field(default_factory=list)
    """DBHCHT lines without a running number, in force on their day of payment"""
    rosters: dict[str, list[RosterEntry]] = field(default_factory=dict)
    recipients: list[Recipient] = field(default_factory=list)
    budget: list[BudgetLine] = field(default_factory=list)
    sp2ds: list[Sp2d] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    attendance: list[Attendance] = field(default_factory=list)
    regulations: list[Regulation] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    semesta: list[Semesta] = field(default_factory=list)
    workforce: list[Workforce] = field(default_factory=list)
    protected: set[str] = field(default_factory=set)
    """keys of rows that must not be spoiled, because a planted case hangs on them"""
    late_memberships: list[Membership] = field(default_factory=list)
    """registered in truth, but in no delivery before the second night"""
    corrections: dict[str, str] = field(default_factory=dict)
    """KPJ -> right NIK, delivered with a wrong one until the second night"""
    vanishing: list[str] = field(default_factory=list)
    """KPJs that drop out of the snapshot on the second night"""
    kpj_serial: int = 0

    @property
    def fiscal_year(self) -> int:
        """The budget year of the city's DBHCHT papers: last year's as long as this one is too young."""
        today = self.first_night
        return today.year if (today - date(today.year, 1, 1)).days >= 45 else today.year - 1

    @property
    def history_start(self) -> int:
        """The first contribution month that was ever delivered: the (budget) year so far."""
        return self.fiscal_year * 100 + 1

    def stream(self, *parts: object) -> Random:
        """Return a random stream of this city."""
        return stream(self.seed, self.size, self.first_night, *parts)

    def new_kpj(self, since: date) -> str:
        """Return the next KPJ; the year in front gives leading zeros to the oldest."""
        self.kpj_serial += 1
        return f"{since.year % 100:02d}{(self.kpj_serial * 7919) % 1_000_000_000:09d}"

    def enrol(self, membership: Membership) -> Membership:
        """Add or replace a membership."""
        self.memberships[membership.kpj] = membership
        return membership

    def share(self, fraction: float, least: int) -> int:
        """Return a number that grows with the city, never below the least that a small one needs."""
        return max(least, round(self.size * fraction))

    def paid_months_start(self, membership: Membership) -> int:
        """Return the first month that a membership's history of contributions shows."""
        return max(self.history_start, month_of(membership.since))


def pick(rng: Random, pool: Iterable[Worker], count: int, taken: set[str]) -> list[Worker]:
    """Take count workers out of a pool, none of them taken before."""
    free = [worker for worker in pool if worker.nik not in taken]
    chosen = rng.sample(free, min(count, len(free)))
    taken.update(worker.nik for worker in chosen)
    return chosen
