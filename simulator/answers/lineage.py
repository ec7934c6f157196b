"""DBHCHT from budget to worker: the lineage and the reconciliation."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from simulator.answers.rates import less, rate
from simulator.answers.truth import Truth
from simulator.model import BudgetLine, Recipient, Sp2d

STATUSES = ("PROTECTED", "NOT_POSTED", "NOT_ON_DECREE", "UNRESOLVED")


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the lineage: payment order x worker (or unresolved KPJ) x month."""

    order: str
    decree: str
    who: str
    month: int
    status: str
    posted: int


def lineage_of(truth: Truth, order: Sp2d, recipients: list[Recipient]) -> list[Link]:
    """Return the rows of one SP2D; recipients are those of its decree."""
    due = {
        (line.nik, month)
        for line in recipients
        for month in _span(max(line.first, order.first), min(line.last, order.last))
    }
    posted: dict[tuple[str, int], int] = defaultdict(int)
    nobody: dict[tuple[str, int], int] = defaultdict(int)
    for entry in truth.ledger.under_order.get(order.billing, []):
        nik = truth.owner.get(entry.kpj)
        if nik is None:
            nobody[entry.kpj, entry.month] += entry.amount
        else:
            posted[nik, entry.month] += entry.amount
    found = []
    for who, month in sorted(due | posted.keys()):
        if (who, month) not in due:
            status = "NOT_ON_DECREE"  # "posted, but not on the decree for that month or outside the period"
        elif (who, month) in posted:
            status = "PROTECTED"  # "on the SP2D's decree, inside the period, and posted under its billing code"
        else:
            status = "NOT_POSTED"  # "on the decree and in the period, nothing posted"
        found.append(Link(order.number, order.decree, who, month, status, posted.get((who, month), 0)))
    # "posted for a KPJ no accepted membership ever named"
    for (kpj, month), amount in sorted(nobody.items()):
        found.append(Link(order.number, order.decree, kpj, month, "UNRESOLVED", amount))
    return found


def _span(first: int, last: int) -> range:
    """Return the months of a quarter, which never crosses a year."""
    return range(first, last + 1)


def whole_lineage(truth: Truth) -> dict[str, list[Link]]:
    """Return the lineage of every SP2D paid from DBHCHT."""
    by_decree: dict[str, list[Recipient]] = defaultdict(list)
    for line in truth.recipients:
        by_decree[line.decree].append(line)
    return {order.number: lineage_of(truth, order, by_decree[order.decree]) for order in truth.orders}


def dbhcht_lineage(truth: Truth, lineage: dict[str, list[Link]]) -> dict[str, Any]:
    """Sum the lineage per SP2D."""
    found = {}
    for order in sorted(truth.orders, key=lambda order: order.number):
        links = lineage[order.number]
        if links:
            counts = {status: sum(link.status == status for link in links) for status in STATUSES}
            found[order.number] = {
                **counts,
                "posted_amount_idr": truth.given("bpjstk.iuran", sum(link.posted for link in links)),
                "sp2d_amount_idr": order.amount,
                "billing_code": order.billing,
            }
    return found


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A budget line of a fiscal year."""

    year: int
    skpd: str
    sub: str
    account: str

    @property
    def place(self) -> str:
        """Return SKPD|sub-activity|account, under which findings are counted."""
        return f"{self.skpd}|{self.sub}|{self.account}"


def line_of(thing: BudgetLine | Sp2d) -> Line:
    """Name the line: "a payment order belongs to the year of TGL SP2D, a document to that of TGL DPA"."""
    return Line(thing.dated.year, thing.skpd, thing.sub, thing.account)


def keyed(lines: dict[Line, Any]) -> dict[str, Any]:
    """Spell the keys as the sample does; where the night has lines of several years, the year stands in front."""
    several = len({line.year for line in lines}) > 1
    return {f"{line.year}|{line.place}" if several else line.place: row for line, row in lines.items()}


def posted_under(truth: Truth, order: Sp2d) -> int:
    """Return the sum of all lines posted under an SP2D's billing code."""
    return sum(line.amount for line in truth.ledger.under_order.get(order.billing, []))


def dbhcht_reconciliation(truth: Truth) -> dict[Line, dict[str, Any]]:
    """Return every DBHCHT line of every year: what it may spend, what it spent, what arrived."""
    newest: dict[Line, BudgetLine] = {}
    for line in truth.budget:
        # "The amount in force is that of the document with the latest TGL DPA not after D"
        other = newest.get(line_of(line))
        if other is None or line.dated > other.dated:
            newest[line_of(line)] = line
    found = {}
    for key in sorted({*newest, *(line_of(order) for order in truth.orders)}):
        orders = [order for order in truth.orders if line_of(order) == key]
        # "0 where there is no such line"
        budget = truth.given("sipd.anggaran", newest[key].amount if key in newest else 0)
        disbursed = truth.given("sipd.sp2d", sum(order.amount for order in orders))
        posted = truth.given("bpjstk.iuran", sum(posted_under(truth, order) for order in orders))
        if disbursed is None:
            posted = None  # without payment orders nobody knows what was posted under them
        found[key] = {
            "budget_idr": budget,
            "disbursed_idr": disbursed,
            "posted_idr": posted,
            "unposted_idr": less(disbursed, posted),
            "remaining_idr": less(budget, disbursed),
            "absorption_rate": rate(disbursed, budget),
        }
    return found
