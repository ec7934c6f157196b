"""`cakupan verify`: whether anything that is kept was altered, and where exactly."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import Any

from rich.console import Console
from rich.text import Text as Styled

from cakupan.audit.areas import Area
from cakupan.bilingual import Text
from cakupan.cli.messages import say_and_exit
from cakupan.cli.printing import DocumentFormat, print_json, said
from cakupan.cli.progress import progress
from cakupan.invisible import spelled_out

DONE = Text("Tidak ada yang diubah.", "Nothing was altered.")
IN_PART = Text(
    "Tidak ada yang diubah, sejauh dapat dibandingkan; belum semuanya.",
    "Nothing was altered, as far as could be compared; not all could.",
)
ALTERED = Text("DIUBAH: {} temuan, disebut di atas.", "ALTERED: {} findings, named above.")
STATES = {True: Text("DIUBAH", "ALTERED"), False: Text("utuh", "ok")}
NEXT = Text("memeriksa", "verifying")


def run(
    on: date | None,
    only: list[str],
    out: Console,
    nothing: Text | None = None,
    form: DocumentFormat = DocumentFormat.TABLE,
) -> int:
    """Verify and print each area when it is done; returns the exit code: 0 where nothing was altered, 1 where something
    was, 2 where not all could be compared. Raises psycopg.Error.

    `nothing` says that nothing is kept: it is the answer unless what was kept is found to be gone.
    """
    from cakupan.audit.verifying import AREAS, verify  # half a second that other commands need not spend

    began, areas = time.monotonic(), [area for area in AREAS if not only or area in only]
    found: list[Area] = []
    with progress(lines=False) as tell:
        tell(said(NEXT), 1, len(areas))
        for area in verify(on, areas):
            if nothing is None or area.alterations:
                found.append(area)
                if form is DocumentFormat.TABLE:
                    _show(area, out)
            if len(found) < len(areas):
                tell(said(NEXT), len(found) + 1, len(areas))
    altered = sum(len(area.alterations) for area in found)
    if nothing and not altered:
        say_and_exit(nothing, 1)
    seconds, whole = time.monotonic() - began, not any(area.not_compared for area in found)
    if form is DocumentFormat.JSON:
        print_json(_document(found, altered, on, seconds))
    else:
        out.print(said(ALTERED.format(altered) if altered else DONE if whole else IN_PART), f"({seconds:.1f} s)")
    return 1 if altered else 0 if whole else 2


def _document(areas: list[Area], altered: int, on: date | None, seconds: float) -> dict[str, Any]:
    return {
        "as_of_date": on,
        "untouched": not altered and not any(area.not_compared for area in areas),
        "alterations": altered,
        "seconds": round(seconds, 1),
        "areas": [
            {
                "area": area.name, "checked": area.checked, "alterations": area.alterations, "notes": area.notes,
                "not_compared": area.not_compared,
            }
            for area in areas
        ],
    }  # fmt: skip


def _show(area: Area, out: Console) -> None:
    state, style = said(STATES[bool(area.alterations)]), "red" if area.alterations else "green"
    out.print(Styled.assemble((f"{state:8}", style), f"{area.name:10} {area.checked}"), soft_wrap=True)
    for line in area.alterations:
        out.print(Styled(f"  ! {spelled_out(line)}", "red"), soft_wrap=True)
    for line in (*area.not_compared, *area.notes):
        out.print(Styled(f"  - {spelled_out(line)}", "yellow"), soft_wrap=True)
    sys.stdout.flush()
