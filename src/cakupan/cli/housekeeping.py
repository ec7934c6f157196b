"""`cakupan housekeeping`: what the daily DAG does, by hand."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.text import Text as Styled

from cakupan import housekeeping, settings
from cakupan.bilingual import Text, number
from cakupan.cli.printing import DocumentFormat, print_json, said
from cakupan.cli.progress import progress
from cakupan.invisible import spelled_out

DROPPED = Text(
    "{} baris dari {} kiriman dilepas; tidak ada malam dari {} terakhir yang bertumpu padanya, dan arsip memiliki"
    " berkasnya.",
    "{} landed rows of {} deliveries dropped, on which no night of the last {} rests; the archive has their files.",
)
STAYS = Text("tinggal: {}", "stays: {}")
LOOKING = Text("melepas baris yang tidak dipakai lagi", "dropping rows out of use")


def run(out: Console, form: DocumentFormat = DocumentFormat.TABLE) -> bool:
    """Drop what is out of use and print it; returns whether no archived file was found altered."""
    with progress(lines=False) as tell:
        tell(said(LOOKING))
        done = housekeeping.drop_outdated(tell)
    if form is DocumentFormat.JSON:
        print_json(asdict(done) | {"retention_nights": settings.landing_retention()})
        return not done.altered
    counts = (number(done.rows), number(done.deliveries), settings.landing_retention())
    out.print(said(DROPPED.format(*counts)), soft_wrap=True)
    for line in done.stays:
        out.print(Styled(f"  ! {said(STAYS.format(spelled_out(line)))}", "red"), soft_wrap=True)
    return not done.altered
