"""The twelve kinds of audit findings, each straight from its line in marts.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from simulator.answers.lineage import Line, Link, line_of, posted_under
from simulator.answers.truth import Truth
from simulator.dates import add_months, month_of
from simulator.places import in_city

DUE = 16_800
"""What DBHCHT pays for a worker and a month: "16 800 (JKK 10 000 + JKM 6 800) from DBHCHT in 2025 and 2026"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, and the two amounts that its rule holds against each other, if it does."""

    code: str
    where: str
    """an SP2D, a decree, a month or a budget line"""
    expected: int | None = None
    actual: int | None = None


def counts(findings: Iterable[Finding]) -> dict[str, Any]:
    """Count the findings by code and place."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in findings:
        found[finding.code][finding.where] += 1
    return {
        code: {"count": sum(places.values()), "where": dict(sorted(places.items()))}
        for code, places in sorted(found.items())
    }


def amounts(findings: Iterable[Finding]) -> dict[str, Any]:
    """Sum what was expected and what was, by code and place, and how far they are apart."""
    sides: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for finding in findings:
        for side, amount in zip(
            sides[f"{finding.code}|{finding.where}"], (finding.expected, finding.actual), strict=True
        ):
            if amount is not None:
                side.append(amount)
    found = {}
    for key, (expected, actual) in sorted(sides.items()):
        if expected or actual:
            known = expected and actual
            found[key] = {
                "expected_idr": sum(expected) if expected else None,
                "actual_idr": sum(actual) if actual else None,
                "difference_idr": sum(actual) - sum(expected) if known else None,
            }
    return found


def find(truth: Truth, lineage: dict[str, list[Link]], lines: dict[Line, dict[str, Any]]) -> Iterator[Finding]:
    """Find all twelve kinds; lines is the reconciliation."""
    for key, line in lines.items():
        # "disbursed_idr > budget_idr > 0", one per budget line and fiscal year
        if line["disbursed_idr"] is not None and line["disbursed_idr"] > (line["budget_idr"] or 0) > 0:
            yield Finding("OVER_BUDGET", key.place, line["budget_idr"], line["disbursed_idr"])
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
            yield Finding("PAID_BEFORE_DECREE", order.number)  # "TGL SP2D before TGL SK of its decree"
        if line_of(order) not in budgeted:
            # "match no budget line of its fiscal year"
            yield Finding("NO_BUDGET_LINE", order.number, truth.given("sipd.anggaran", 0), order.amount)
        if not truth.ledger.under_order.get(order.billing):
            # "nothing posted under its billing code"
            yield Finding("SP2D_NOT_POSTED", order.number, order.amount, truth.given("bpjstk.iuran", 0))
        elif (posted := posted_under(truth, order)) != order.amount:
            # "something posted, and the sum is not NILAI"
            yield Finding("AMOUNT_MISMATCH", order.number, order.amount, posted)


def _links(truth: Truth, lineage: dict[str, list[Link]]) -> Iterator[Finding]:
    """Yield the findings that are rows of the lineage."""
    for order in truth.orders:
        anything = bool(truth.ledger.under_order.get(order.billing))
        for link in lineage[order.number]:
            if link.status == "NOT_POSTED" and anything:  # "where the SP2D has at least one posting"
                yield Finding("BENEFICIARY_NOT_PROTECTED", order.number, DUE, 0)
            elif link.status == "NOT_ON_DECREE":
                yield Finding("NOT_ON_DECREE", order.number, 0, link.posted)
            elif link.status == "UNRESOLVED":
                yield Finding("UNRESOLVED_PARTICIPANT", order.number)


def _months_of_workers(truth: Truth, months: dict[str, set[int]]) -> dict[str, set[int]]:
    """Turn KPJ -> months into NIK -> months, "over all the worker's KPJs"."""
    found: dict[str, set[int]] = defaultdict(set)
    for kpj, posted in months.items():
        if kpj in truth.owner:
            found[truth.owner[kpj]] |= posted
    return found


def _double_funding(truth: Truth) -> Iterator[Finding]:
    """Find "JKK posted from DBHCHT and from any other SUMBER_DANA, PEMBERI_KERJA included"."""
    by_dbhcht = _months_of_workers(truth, truth.ledger.jkk_from_dbhcht)
    by_others = _months_of_workers(truth, truth.ledger.jkk_from_others)
    for nik, months in by_dbhcht.items():
        for month in months & by_others.get(nik, set()):
            yield Finding("DOUBLE_FUNDING", str(month))


def _deceased(truth: Truth) -> Iterator[Finding]:
    """Find "posted from DBHCHT for a month after the month of death"."""
    died: dict[str, date] = {}
    for member in truth.memberships:
        if member.status == "MENINGGAL" and member.until is not None:
            died[member.nik] = min(member.until, died.get(member.nik, member.until))
    posted: dict[tuple[str, int], int] = defaultdict(int)
    for kpj, months in truth.ledger.any_from_dbhcht.items():
        nik = truth.owner.get(kpj)
        if nik in died:
            for month, amount in months.items():
                posted[nik, month] += amount
    for (nik, month), amount in posted.items():
        if month > month_of(died[nik]):
            yield Finding("DECEASED_BENEFICIARY", str(month), 0, amount)


def _on_decrees(truth: Truth) -> Iterator[Finding]:
    """Yield the findings that the decrees show by themselves."""
    decrees: dict[tuple[str, int], set[str]] = defaultdict(set)
    for line in truth.recipients:
        month = line.first
        while month <= line.last:
            decrees[line.nik, month].add(line.decree)
            month = add_months(month, 1)
        if not in_city(line.region):
            yield Finding("OUT_OF_REGION", line.decree)  # "KODE WILAYAH on the decree outside the city"
    for (_, month), numbers in decrees.items():
        if len(numbers) > 1:  # "on two or more decrees for the month, months after D included"
            yield Finding("DUPLICATE_BENEFICIARY", str(month))
