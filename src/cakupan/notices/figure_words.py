"""What the morning's figures say in sentences, in both languages."""

from __future__ import annotations

from decimal import Decimal

from cakupan.bilingual import NOTHING, Text, change, counted, number, per_cent, rupiah, same
from cakupan.notices.figures import Coverage, Figures

DENOMINATORS = {
    "SAKERNAS": Text("Angkatan kerja (SAKERNAS)", "Workforce (SAKERNAS)"),
    "SEMESTA_BPJS": Text("Semesta BPJS (SEMESTA_BPJS)", "BPJS universe (SEMESTA_BPJS)"),
}
UNKNOWN = Text("belum diketahui", "not known")
TARGET = Text("Target {}: kurang {}.", "Target {}: {} to go.")
GAPS = Text(
    "Jumlah selisih per sektor {}, karena {} peserta di atas target {} tidak menutup kekurangan sektor lain.",
    "The sectors' gaps add up to {}, because {} participants beyond the targets of {} fill no other sector's gap.",
)
SECTOR = Text("sektor", "sector")
COVERED = Text("{}: {} dari {} ({}){}", "{}: {} of {} ({}){}")
SINCE = Text(", {} sejak {}", ", {} since {}")
MONEY = Text(
    "DBHCHT {}: pagu {}, dicairkan {} ({}), dibukukan {}, belum dibukukan {}",
    "DBHCHT {}: budget {}, disbursed {} ({}), posted {}, not posted {}",
)


def denominator(coverage: Coverage) -> Text:
    """Return what the denominator is called, with the code that the marts have."""
    return DENOMINATORS.get(coverage.denominator_code, same(coverage.denominator_code))


def amount(value: int | None) -> Text:
    """Return an amount, or that nobody knows it."""
    return UNKNOWN if value is None else rupiah(value)


def count(value: int | None) -> Text:
    """Return a count, or that nobody knows it."""
    return UNKNOWN if value is None else number(value)


def share(value: Decimal | None) -> Text:
    """Return a share in per cent to one decimal, or that nobody knows it."""
    return UNKNOWN if value is None else per_cent(value, 1, 1)


def coverage_words(figures: Figures) -> list[Text]:
    """Return a sentence for each denominator, with its change since the published night before."""
    return [
        COVERED.format(
            denominator(one),
            count(one.active_participants),
            count(one.denominator),
            share(one.coverage_rate),
            NOTHING if one.active_change is None else SINCE.format(change(one.active_change), figures.before),
        )
        for one in figures.coverage
    ]


def gap_words(figures: Figures) -> Text:
    """Return the gap to the target, and why those of the sectors add up to another number."""
    one = next(iter(figures.coverage), None)
    if one is None or one.target_participants is None or one.gap_to_target is None:
        return NOTHING
    said = TARGET.format(number(one.target_participants), number(one.gap_to_target))
    sectors = figures.sectors
    if sectors.gaps is None or sectors.beyond_targets is None or sectors.gaps == one.gap_to_target:
        return said
    return same("{} {}").format(
        said,
        GAPS.format(number(sectors.gaps), number(sectors.beyond_targets), counted(sectors.sectors_beyond, SECTOR)),
    )


def absorption(figures: Figures, year: int | None) -> Text:
    """Return which share of a year's budget was disbursed, a dash where there is none."""
    budget, disbursed = figures.money(year, "budget_idr"), figures.money(year, "disbursed_idr")
    return per_cent(disbursed / budget, 1, 1) if budget and disbursed is not None else same("\N{EN DASH}")


def money_words(figures: Figures) -> list[Text]:
    """Return a sentence for each fiscal year that there is DBHCHT money of."""
    return [
        MONEY.format(
            year or "",
            amount(figures.money(year, "budget_idr")),
            amount(figures.money(year, "disbursed_idr")),
            absorption(figures, year),
            amount(figures.money(year, "posted_idr")),
            amount(figures.money(year, "unposted_idr")),
        )
        for year in figures.years
    ]


def findings_words(figures: Figures) -> Text:
    """Return how many findings there are, and how many more than on the published night before."""
    now = sum(one.cases for one in figures.findings)
    since = NOTHING
    if figures.before:
        since = SINCE.format(change(now - sum(one.before or 0 for one in figures.findings)), figures.before)
    return same("{}{}").format(number(now), since)
