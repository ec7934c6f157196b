"""The page *Ringkasan*: where coverage stands, why, and what changed."""

from __future__ import annotations

from cakupan.bilingual import Text, number
from cakupan.dashboard.content import Basis, Card, Page, Section
from cakupan.dashboard.figures import Figures

DENOMINATORS = {
    "SAKERNAS": Text("penduduk bekerja (Sakernas)", "employed residents (Sakernas)"),
    "SEMESTA_BPJS": Text("pekerja menurut BPJS (semesta)", "workers by BPJS' count (semesta)"),
}


def summary_page(figures: Figures) -> Page:
    """Make the page."""
    return Page("index", Text("Ringkasan", "Summary"), sections=(_headline(figures),))


def _headline(figures: Figures) -> Section:
    return Section(
        "cakupan",
        Text("Cakupan pekerja kota", "Coverage of the city's workers"),
        cards=[
            Card(
                Text("Cakupan", "Coverage"),
                row["coverage_rate"],
                "share",
                Text("{} dari {} {}", "{} of {} {}").format(
                    number(row["active_participants"]),
                    number(row["denominator"]),
                    DENOMINATORS[row["denominator_code"]],
                ),
            )
            for row in figures.headline
            if row["coverage_rate"] is not None
        ],
        basis=[Basis("universal_coverage", row["denominator_code"]) for row in figures.headline],
    )
