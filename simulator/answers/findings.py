"""The twelve kinds of audit findings, each straight from its line in marts.md."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from simulator.answers.lineage import Line, Link, line_of, posted_under
from simulator.answers.truth import Truth
from simulator.dates import add_months, month_of
from simulator.places import in_city

Finding = tuple[str, str]
"""finding code and where it is: an SP2D, a decree, a month or a budget line"""


def audit_findings(truth: Truth, lineage: dict[str, list[Link]], lines: dict[Line, dict[str, Any]]) -> dict[str, Any]:
    """Count the findings by code and place; lines is the reconciliation."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, where in _all(truth, lineage, lines):
        found[code][where] += 1
    return {
        code: {"count": sum(places.values()), "where": dict(sorted(places.items()))}
        for code, places in sorted(found.items())
    }


def _all(truth: Truth, lineage: dict[str, list[Link]], lines: dict[Line, dict[str, Any]]) -> Iterator[Finding]:
    for key, line in lines.items():
        # "disbursed_idr > budget_idr > 0", one per budget line and fiscal year
        if line["disbursed_idr"] is not None and line["disbursed_idr"] > (line["budget_idr"] or 0) > 0:
            yield "OVER_BUDGET", key.place
    yield from _orders(truth)
    yield from _links(truth, lineage)
    yield from _double_funding(truth)
    yield from _deceased(truth)
    yield from _on_decrees(truth)


def _orders(truth: Truth) -> Iterator[Finding]:
    """Yield the findings of which there is one per SP2D."""
    signed = {line.decree: line.signed for line in truth.recipients}
    budgeted = {line_of(line) for line in truth.budget}
    for order in truth.orders:
        if order.decree in signed and order.dated < signed[order.decree]:
            yield "PAID_BEFORE_DECREE", order.number  # "TGL SP2D before TGL SK of its decree"
        if line_of(order) not in budgeted:
            yield "NO_BUDGET_LINE", order.number  # "match no budget line of its fiscal year"
        if not truth.ledger.under_order.get(order.billing):
            yield "SP2D_NOT_POSTED", order.number  # "nothing posted under its billing code"
        elif posted_under(truth, order) != order.amount:
            yield "AMOUNT_MISMATCH", order.number  # "something posted, and the sum is not NILAI"


def _links(truth: Truth, lineage: dict[str, list[Link]]) -> Iterator[Finding]:
    """Yield the findings that are rows of the lineage."""
    for order in truth.orders:
        anything = bool(truth.ledger.under_order.get(order.billing))
        for link in lineage[order.number]:
            if link.status == "NOT_POSTED" and anything:  # "where the SP2D has at least one posting"
                yield "BENEFICIARY_NOT_PROTECTED", order.number
            elif link.status == "NOT_ON_DECREE":
                yield "NOT_ON_DECREE", order.number
            elif link.status == "UNRESOLVED":
                yield "UNRESOLVED_PARTICIPANT", order.number


def _months_of_workers(truth: Truth, months: dict[str, set[int]]) -> dict[str, set[int]]:
    """Turn KPJ -> months into NIK -> months, "over all the worker's KPJs"."""
    found: dict[str, set[int]] = defaultdict(set)
    for kpj, posted in months.items():
        if kpj in truth.owner:
            found[truth.owner[kpj]] |= posted
    return found


def _double_funding(truth: Truth) -> Iterator[Finding]:
    """ "JKK posted from DBHCHT and from any other SUMBER_DANA, PEMBERI_KERJA included"."""
    by_dbhcht = _months_of_workers(truth, truth.ledger.jkk_from_dbhcht)
    by_others = _months_of_workers(truth, truth.ledger.jkk_from_others)
    for nik, months in by_dbhcht.items():
        for month in months & by_others.get(nik, set()):
            yield "DOUBLE_FUNDING", str(month)


def _deceased(truth: Truth) -> Iterator[Finding]:
    """ "posted from DBHCHT for a month after the month of death"."""
    died: dict[str, date] = {}
    for member in truth.memberships:
        if member.status == "MENINGGAL" and member.until is not None:
            died[member.nik] = min(member.until, died.get(member.nik, member.until))
    for nik, months in _months_of_workers(truth, truth.ledger.any_from_dbhcht).items():
        for month in months:
            if nik in died and month > month_of(died[nik]):
                yield "DECEASED_BENEFICIARY", str(month)


def _on_decrees(truth: Truth) -> Iterator[Finding]:
    """Yield the findings that the decrees show by themselves."""
    decrees: dict[tuple[str, int], set[str]] = defaultdict(set)
    for line in truth.recipients:
        month = line.first
        while month <= line.last:
            decrees[line.nik, month].add(line.decree)
            month = add_months(month, 1)
        if not in_city(line.region):
            yield "OUT_OF_REGION", line.decree  # "KODE WILAYAH on the decree outside the city"
    for (_, month), numbers in decrees.items():
        if len(numbers) > 1:  # "on two or more decrees for the month, months after D included"
            yield "DUPLICATE_BENEFICIARY", str(month)
