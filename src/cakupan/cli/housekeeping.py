"""`cakupan housekeeping`: what the daily DAG reports and does, by hand."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.text import Text as Styled

from cakupan import housekeeping
from cakupan.bilingual import Text, number
from cakupan.cli.printing import DocumentFormat, print_json, said, table
from cakupan.cli.progress import progress
from cakupan.invisible import spelled_out

GOES = {
    housekeeping.ROWS: Text("baris landing", "landed rows"),
    housekeeping.DELIVERIES: Text("seluruh kiriman", "whole deliveries"),
}
HEADINGS = (
    Text("sumber", "feed"),
    Text("yang pergi", "what goes"),
    Text("kiriman", "deliveries"),
    Text("baris", "rows"),
    Text("dari", "from"),
    Text("sampai", "to"),
    Text("mengapa", "why"),
)
NOTHING_DUE = Text("Tidak ada yang perlu pergi.", "There is nothing to go.")
NOT_YET = Text(
    "Belum ada yang dihapus. Jalankan cakupan housekeeping --do-it.",
    "Nothing was deleted yet. Run: cakupan housekeeping --do-it",
)
DONE = Text(
    "{} baris landing dari {} kiriman dilepas, arsip memiliki berkasnya; {} kiriman dimusnahkan seluruhnya.",
    "{} landed rows of {} deliveries dropped, the archive has their files; {} deliveries destroyed whole.",
)
STAYS = Text("tinggal: {}", "stays: {}")
LOOKING = Text("melepas baris yang tidak dipakai lagi", "dropping rows out of use")


def run(out: Console, form: DocumentFormat = DocumentFormat.TABLE, *, do_it: bool = False) -> bool:
    """Print what is to go and why, and drop it where that is asked for; returns whether no file was found altered."""
    due, done = housekeeping.due(), None
    if form is DocumentFormat.TABLE:
        _print_due(out, due)
    if do_it:
        with progress(lines=False) as tell:
            tell(said(LOOKING))
            done = housekeeping.drop_outdated(tell, due)
    if form is DocumentFormat.JSON:
        print_json({
            "due": [{**asdict(part), "why": said(part.why)} for part in due],
            "done": asdict(done) if done else None,
        })  # fmt: skip
    elif done:
        counts = (number(done.rows), number(done.deliveries), number(done.destroyed))
        out.print(said(DONE.format(*counts)), soft_wrap=True)
        for line in done.stays:
            out.print(Styled(f"  ! {said(STAYS.format(spelled_out(line)))}", "red"), soft_wrap=True)
    elif due:
        out.print(said(NOT_YET), soft_wrap=True)
    return not (done and done.altered)


def _print_due(out: Console, due: list[housekeeping.Due]) -> None:
    if not due:
        out.print(said(NOTHING_DUE), soft_wrap=True)
        return
    rows = [
        [
            part.feed, said(GOES[part.what]), said(number(len(part.deliveries))), said(number(part.rows)),
            part.first.isoformat(), part.last.isoformat(), said(part.why),
        ]
        for part in due
    ]  # fmt: skip
    numeric = [False, False, True, True, False, False, False]
    out.print(table([said(heading) for heading in HEADINGS], rows, numeric))
