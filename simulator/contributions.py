"""Monthly contributions: what is owed for a membership, by whom, and when it is paid."""

from collections.abc import Iterator
from datetime import date

from simulator.city import City, Payer
from simulator.dates import add_months, days_after, first_day, month_of, months
from simulator.model import Membership, Posting

PENSION_CAP = 10_547_400
JKP_CAP = 5_000_000
DONORS = 900_000
"""groups from here on are donors and the city, not employers"""


def wage_lines(wage: int, risk: float, with_jkp: bool, since: int) -> tuple[tuple[str, int], ...]:
    """Return the monthly lines of a wage earner: JKK by risk, JKM, JHT, JP and for some JKP."""
    lines = [
        ("JKK", int(wage * risk / 100)),
        ("JKM", int(wage * 0.3 / 100)),
        ("JHT", int(wage * 5.7 / 100)),
        ("JP", int(min(wage, PENSION_CAP) * 3 / 100)),
    ]
    if with_jkp and since % 7 == 0:
        lines.append(("JKP", int(min(wage, JKP_CAP) * 0.36 / 100)))
    return tuple(lines)


def own_lines(savings: bool) -> tuple[tuple[str, int], ...]:
    """Return the monthly lines of a self-employed worker: 10 000 + 6 800, with savings 20 000 more."""
    base = (("JKK", 10_000), ("JKM", 6_800))
    return (*base, ("JHT", 20_000)) if savings else base


def payer_for(
    city: City,
    member: Membership,
    lines: tuple[tuple[str, int], ...],
    group: int | None,
    stop: int | None = None,
) -> Payer:
    """Let somebody pay for a membership from its first month on; group is an employer or donor."""
    billing = 2_000_000 + len(city.payers) if group is None else 1_000_000 + group
    payer = Payer(member.kpj, member.funding, lines, city.paid_months_start(member), stop, billing)
    city.payers[member.kpj] = payer
    return payer


def amount_in(month: int, source: str, program: str, amount: int, employed: bool) -> int:
    """Return the amount due; PP 50/2025 halves JKK and JKM in April to December 2026, save where APBD pays."""
    halved = 202604 <= month <= 202612 and not employed and source in {"MANDIRI", "CSR", "APBDES"}
    return amount // 2 if halved and program in {"JKK", "JKM"} else amount


def day_paid(billing: int, kpj: str, month: int) -> date:
    """Return when a month is paid: from its 8th to the middle of the next, the same in every run."""
    mixed = (billing * 2_654_435_761 + int(kpj) * 40_503 + month * 97) & 0xFFFFFFFF
    return days_after(first_day(month), 7 + (mixed >> 7) % 38)


def billing_code(payer: Payer, month: int) -> str:
    """Return the twelve digits under which a payer's month is billed."""
    return f"{month % 10000:04d}{payer.billing:08d}"


def regular_postings(city: City, after: date | None, night: date) -> Iterator[Posting]:
    """Yield the lines paid after the previous delivery up to this night, without running number."""
    newest = month_of(night)
    # Nothing is paid later than the middle of the next month, so older months need no look.
    oldest = city.history_start if after is None else max(city.history_start, add_months(month_of(after), -2))
    for payer in city.payers.values():
        last = newest if payer.stop is None else min(newest, payer.stop)
        employed = payer.billing < 1_000_000 + DONORS
        for month in months(max(payer.start, oldest), last):
            paid = day_paid(payer.billing, payer.kpj, month)
            if paid > night or (after is not None and paid <= after):
                continue
            code = billing_code(payer, month)
            for program, amount in payer.lines:
                due = amount_in(month, payer.source, program, amount, employed)
                yield Posting("", code, payer.kpj, month, program, due, paid, payer.source)


def planned_postings(city: City, after: date | None, night: date) -> Iterator[Posting]:
    """Yield the DBHCHT lines whose day of payment has come."""
    for line in city.planned_postings:
        if line.paid <= night and (after is None or line.paid > after):
            yield line
